// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';

import { NODE, onCleanup } from '@ims/testing';
import { costOf, readBy } from '../proc.ts';
import { helper } from '../program.ts';
import type { ReadSet } from './read-sets.ts';

const run = promisify(execFile);
const SECTOR = 512;

/** What a node pays for a set of files. */
export interface ReadCost {
  readonly mebibytes: number;
  /** Milliseconds of a processor: of the kernel, or of the program that stands in for it. */
  readonly processorMs: number;
}

/** Reads files of an archive that nobody has read from yet. */
type Reader = (archive: string, set: ReadSet) => Promise<ReadCost>;

/** Who reads an archive here, in words, and how. */
export interface ReadingSystem {
  readonly name: string;
  readonly read: Reader;
}

/**
 * The kernel's squashfs on a loop device where it can be mounted, else squashfuse, in a directory for both.
 *
 * @throws Error with what both said, when neither can
 */
export async function readingSystem(archive: string, work: string): Promise<ReadingSystem> {
  const [directory, list] = [`${work}/mounted`, `${work}/files`];
  await mkdir(directory, { recursive: true });
  const none: ReadSet = { name: 'nothing', files: [] };
  const systems: readonly ReadingSystem[] = [
    { name: "the kernel's squashfs on a loop device", read: byKernel(directory, list) },
    { name: 'squashfuse', read: bySquashfuse(directory, list) },
  ];
  const said: string[] = [];
  for (const system of systems) {
    try {
      await system.read(archive, none);
      return system;
    } catch (error) {
      said.push(`${system.name}: ${String(error)}`);
    }
  }
  throw new Error(`no squashfs can be mounted here; ${said.join('; ')}`);
}

/** A new device has no page of the archive, whatever the machine has cached of the file below it. */
function byKernel(directory: string, list: string): Reader {
  return async (archive, set) => {
    const device = (await run('losetup', ['--find', '--show', '--read-only', archive])).stdout.trim();
    const mounted = undoing(() => execFileSync('losetup', ['--detach', device]));
    try {
      await run('mount', ['-t', 'squashfs', '-o', 'ro', device, directory]);
      mounted.also(() => execFileSync('umount', [directory]));
      const before = await sectorsOf(device);
      const processorMs = await readFiles(directory, list, set);
      return { mebibytes: (((await sectorsOf(device)) - before) * SECTOR) / 1024 ** 2, processorMs };
    } finally {
      mounted.all();
    }
  };
}

function bySquashfuse(directory: string, list: string): Reader {
  return async (archive, set) => {
    const child = spawn('squashfuse', ['-f', archive, directory], { stdio: 'ignore' });
    const ended = once(child, 'exit');
    const mounted = undoing(() => child.kill('SIGKILL'));
    try {
      const { pid = 0 } = child;
      await isMounted(directory, ended);
      mounted.also(() => execFileSync('umount', [directory]));
      const before = { mebibytes: readBy(pid), cpuMs: costOf(pid).cpuMs };
      await readFiles(directory, list, set);
      return { mebibytes: readBy(pid) - before.mebibytes, processorMs: costOf(pid).cpuMs - before.cpuMs };
    } finally {
      mounted.all();
      await ended.catch(() => undefined);
    }
  };
}

async function isMounted(directory: string, ended: Promise<unknown>): Promise<void> {
  const over = ended.then(
    () => true,
    () => true,
  );
  while (!(await readFile('/proc/self/mounts', 'utf8')).includes(` ${directory} fuse`)) {
    const gone = await Promise.race([over, setTimeout(20, false)]);
    if (gone) throw new Error('squashfuse cannot be run, or mounts nothing');
  }
}

interface Undo {
  readonly also: (step: () => unknown) => void;
  readonly all: () => void;
}

/** Steps that are taken back in their reverse order: at once, or when the benchmark is interrupted. */
function undoing(first: () => unknown): Undo {
  const steps = [first];
  const all = (): void => {
    for (let step = steps.pop(); step !== undefined; step = steps.pop()) step();
  };
  onCleanup(() => {
    all();
    return Promise.resolve();
  });
  return { also: (step) => void steps.push(step), all };
}

/** Gives the milliseconds that the kernel took for it in the reading process. */
async function readFiles(directory: string, list: string, { files }: ReadSet): Promise<number> {
  await writeFile(list, files.join('\n'));
  if (files.length === 0) return 0;
  const { stdout } = await run(NODE, [helper('./reading/read-files.ts'), directory, list]);
  return Number(stdout);
}

async function sectorsOf(device: string): Promise<number> {
  const numbers = (await readFile(`/sys/block/${device.replace('/dev/', '')}/stat`, 'utf8')).trim().split(/\s+/);
  return Number(numbers[2]);
}
