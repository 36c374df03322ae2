// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { BootFileNames } from './boot-file-names.ts';
import { bootPath, type BootInspection } from './boot-files.ts';
import type { Decompressors } from './decompress.ts';
import type { Finding } from './finding.ts';
import type { ImageRoot } from './image-root.ts';
import { initrdModules } from './initrd-modules.ts';
import { elfArchitecture, readKernel, type CpuArchitecture, type KernelFacts } from './kernel-image.ts';
import { show } from './places.ts';
import { quietly } from './quietly.ts';
import { remakeInitrd } from './remake-initrd.ts';
import { shellQuote } from './shell-quote.ts';

/** What is to be checked, and with what. */
export interface BootCheckOptions {
  readonly names: BootFileNames;
  /** What {@link inspectBootFiles} found: only files that are there are looked into. */
  readonly files: BootInspection['files'];
  /** What comes before a path of the image for its user: empty in the jail. */
  readonly prefix: string;
  /** Besides gzip and zstd, which Node has. */
  readonly decompressors?: Decompressors;
}

/** What a check of kernel, modules and initrd against each other found. */
export interface BootCheck {
  /** Proven: no node could boot this. */
  readonly findings: readonly Finding[];
  /** What is doubtful, or cannot be known. */
  readonly notes: readonly string[];
}

/** What one question of the check came to. */
type Answer = { readonly finding: string } | { readonly note: string } | undefined;

/** What every question looks at. */
interface Boot {
  readonly root: ImageRoot;
  readonly options: BootCheckOptions;
  readonly kernel: KernelFacts;
  readonly release: string;
}

const MODULES = ['/usr/lib/modules', '/lib/modules'];
const PROGRAMS = ['/usr/lib/systemd/systemd', '/lib/systemd/systemd', '/sbin/init', '/bin/sh'];
const ELF_HEAD = 64;

/**
 * Checks whether kernel, modules directory and initrd agree in version and processor. Only what is proven is a
 * finding, so that nothing that boots is ever refused; what cannot be known is a note (docs/adr/0022).
 */
export async function checkBoot(root: ImageRoot, options: BootCheckOptions): Promise<BootCheck> {
  const kernel = await kernelOf(root, options);
  if (kernel === undefined) return { findings: [], notes: [] };
  const path = show(bootPath(options.names.kernel));
  const processor = await checkProcessor(root, kernel, path);
  const { release } = kernel;
  if (release === undefined) {
    return summaryOf([
      processor,
      { note: `which version the kernel ${path} has cannot be known, so its initrd is not checked` },
    ]);
  }
  const boot: Boot = { root, options, kernel, release };
  return summaryOf([processor, await checkModules(boot), await checkInitrd(boot)]);
}

function summaryOf(answers: readonly Answer[]): BootCheck {
  const given = answers.filter((answer) => answer !== undefined);
  return {
    findings: given.flatMap((answer): Finding[] =>
      'finding' in answer ? [{ reason: 'KernelMismatch', message: answer.finding }] : [],
    ),
    notes: given.flatMap((answer) => ('note' in answer ? [answer.note] : [])),
  };
}

async function kernelOf(root: ImageRoot, { files }: BootCheckOptions): Promise<KernelFacts | undefined> {
  const { kernel } = files;
  if (kernel === undefined || kernel.size === 0) return undefined;
  return await quietly(async () => {
    await using file = await root.openFile(kernel.path);
    return file === undefined ? undefined : await readKernel(file);
  });
}

/** A kernel cannot start programs of the other processor. */
async function checkProcessor(root: ImageRoot, { architecture }: KernelFacts, path: string): Promise<Answer> {
  const program = architecture === undefined ? undefined : await firstProgram(root);
  if (program === undefined || program.architecture === architecture) return undefined;
  const found = `the kernel ${path} is for ${String(architecture)}, and ${program.path} for ${program.architecture}`;
  return { finding: `${found}: no node can boot both; install a kernel for ${program.architecture}` };
}

async function firstProgram(root: ImageRoot): Promise<{ path: string; architecture: CpuArchitecture } | undefined> {
  for (const path of PROGRAMS) {
    const architecture = await quietly(async () => {
      await using file = await root.openFile(path);
      const chunks =
        file === undefined || file.size < ELF_HEAD
          ? []
          : await Array.fromAsync(file.stream({ start: 0, end: ELF_HEAD }));
      return elfArchitecture(Buffer.concat(chunks));
    });
    if (architecture !== undefined) return { path, architecture };
  }
  return undefined;
}

/** A kernel whose modules are elsewhere, or built in, boots: only a person can tell. */
async function checkModules({ root, options, release }: Boot): Promise<Answer> {
  const releases = await moduleReleases(root);
  if (releases.includes(release)) return undefined;
  const found = releases.length === 0 ? 'no modules at all' : `modules for ${releases.map(show).join(', ')} only`;
  return { note: `the kernel ${show(bootPath(options.names.kernel))} is ${release}, and the image has ${found}` };
}

/** The versions of kernels that have a modules directory in the image. */
export async function moduleReleases(root: ImageRoot): Promise<string[]> {
  const lists = await Promise.all(MODULES.map(async (path) => await quietly(async () => await root.list(path))));
  return [...new Set(lists.flatMap((list) => list ?? []))].sort();
}

async function checkInitrd(boot: Boot): Promise<Answer> {
  const { root, options, release } = boot;
  const { initrd } = options.files;
  if (initrd === undefined || initrd.size === 0) return undefined;
  const path = show(bootPath(options.names.initrd));
  const modules = await quietly(async () => {
    await using file = await root.openFile(initrd.path);
    return file === undefined ? undefined : await initrdModules(file.stream(), release, options.decompressors);
  });
  if (modules === undefined || modules.releases.includes(release)) return undefined;
  if (modules.unseen !== undefined) {
    return { note: `whether the initrd ${path} is for the kernel ${release} cannot be known: ${modules.unseen}` };
  }
  if (modules.releases.length === 0) return undefined;
  return await mismatch(
    boot,
    `the kernel is ${release}, and the initrd ${path} has modules for ${modules.releases.join(', ')} only`,
  );
}

/** A node mounts its root from squashfs: proven only where that is a module, which this initrd then lacks. */
async function mismatch({ root, options, release }: Boot, found: string): Promise<Answer> {
  const command = await remakeInitrd(root, options.names.initrd, release);
  const correct = command === undefined ? 'make the initrd anew for this kernel' : `run: ${forUser(command, options)}`;
  return (await needsSquashfsModule(root, release))
    ? { finding: `${found}: without its module squashfs no node can mount the root; ${correct}` }
    : { note: `${found}; if nodes do not boot, ${correct}` };
}

function forUser(command: string, { prefix }: BootCheckOptions): string {
  return prefix === '' ? command : `chroot ${shellQuote(prefix)} sh -c ${shellQuote(command)}`;
}

async function needsSquashfsModule(root: ImageRoot, release: string): Promise<boolean> {
  for (const directory of MODULES) {
    const names = await quietly(async () => await root.list(`${directory}/${release}/kernel/fs/squashfs`));
    if (names?.some((name) => /^squashfs\.ko(\.\w+)?$/.test(name)) === true) return true;
  }
  return false;
}
