// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { Failure } from '@ims/runtime';

import type { ImageRoot } from './image-root.ts';
import { show } from './places.ts';
import { quietly } from './quietly.ts';

/** Whether the kernels of an image can read a squashfs packed with zstd, and how that is known. */
export interface ZstdSupport {
  readonly readsZstd: boolean;
  readonly why: string;
}

/** What one kernel's configuration says. */
interface KernelVerdict {
  /** The configuration file, or the modules directory of a kernel that has none. */
  readonly path: string;
  readonly zstd: 'yes' | 'no' | 'unknown';
}

const MODULE_DIRECTORIES = ['/usr/lib/modules', '/lib/modules'];
const MOST_BYTES = 4 * 1024 * 1024;

/** Asks the configuration of every kernel in the image; never throws for what the image holds. */
export async function zstdSupport(root: ImageRoot): Promise<ZstdSupport> {
  const named = await bootConfigs(root);
  const versions = new Set(named.map((path) => path.slice('/boot/config-'.length)));
  const others = await moduleConfigs(root, versions);
  const verdicts = new Map<string, KernelVerdict>();
  for (const path of [...named, ...others]) {
    const verdict = await judge(root, path);
    verdicts.set(verdict.path, verdict);
  }
  return decideZstd([...verdicts.values()]);
}

/** All kernels must be able, because nobody knows which one will boot. */
function decideZstd(verdicts: readonly KernelVerdict[]): ZstdSupport {
  if (verdicts.length === 0) return { readsZstd: false, why: 'the image holds no kernel configuration' };
  const against = verdicts.find(({ zstd }) => zstd !== 'yes');
  if (against === undefined) {
    return {
      readsZstd: true,
      why: `CONFIG_SQUASHFS_ZSTD is set in ${verdicts.map(({ path }) => show(path)).join(', ')}`,
    };
  }
  const reasons = { no: 'does not set CONFIG_SQUASHFS_ZSTD', unknown: 'has no kernel configuration that can be read' };
  return { readsZstd: false, why: `${show(against.path)} ${reasons[against.zstd === 'no' ? 'no' : 'unknown']}` };
}

/** Reads the one line that matters; `m` counts, as the initrd loads modules before it mounts the root. */
function readsZstd(configuration: string): boolean {
  return /^CONFIG_SQUASHFS_ZSTD=[ym]\s*$/m.test(configuration);
}

async function bootConfigs(root: ImageRoot): Promise<string[]> {
  const names = await listed(root, '/boot');
  return names.filter((name) => name.startsWith('config-')).map((name) => `/boot/${name}`);
}

/** Configurations beside the modules; a kernel with modules but no configuration at all counts as unknown. */
async function moduleConfigs(root: ImageRoot, known: ReadonlySet<string>): Promise<string[]> {
  const paths: string[] = [];
  for (const directory of MODULE_DIRECTORIES) {
    for (const version of await listed(root, directory)) {
      const own = `${directory}/${version}`;
      if (await exists(root, `${own}/config`)) paths.push(`${own}/config`);
      else if (!known.has(version) && (await exists(root, `${own}/kernel`))) paths.push(own);
    }
  }
  return paths;
}

async function judge(root: ImageRoot, path: string): Promise<KernelVerdict> {
  try {
    await using file = await root.openFile(path);
    if (file === undefined || file.size > MOST_BYTES) return { path, zstd: 'unknown' };
    const text = (await file.bytes()).toString('latin1');
    return { path: file.path, zstd: readsZstd(text) ? 'yes' : 'no' };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const place = await quietly(async () => await root.stat(path));
    return { path: place?.path ?? path, zstd: 'unknown' };
  }
}

/** The names in a directory, none when it is not there; packing falls back to gzip for what cannot be read. */
async function listed(root: ImageRoot, path: string): Promise<readonly string[]> {
  return (await quietly(async () => await root.list(path))) ?? [];
}

async function exists(root: ImageRoot, path: string): Promise<boolean> {
  return (await quietly(async () => await root.stat(path))) !== undefined;
}
