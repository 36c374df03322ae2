// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  eventually,
  processesUnder,
  runProgram,
  spawnProgram,
  temporaryDirectory,
  type Program,
  type ProgramEnd,
} from '@ims/testing';

import type { Result } from '../../src/job/outcome.ts';

const run = promisify(execFile);

/** A machine's state directory of its own, and the program on it. */
export interface Bench {
  readonly home: string;
  /** Directory for images and scripts. */
  readonly work: string;
  /** Runs `ims-job` to its end. */
  job(...args: string[]): Promise<Program & { readonly end: ProgramEnd }>;
  /** Starts `ims-job`. */
  start(...args: string[]): Program;
  /** Writes a script and gives its path. */
  script(text: string): Promise<string>;
}

/** Makes a state directory that goes away with the test. */
export async function createBench(variables: Readonly<Record<string, string>> = {}): Promise<Bench> {
  const directory = await temporaryDirectory('local');
  const home = join(directory, 'state');
  const env = { ...variables, IMS_JOB_HOME: home, HOME: '/root' };
  let scripts = 0;
  return {
    home,
    work: directory,
    job: async (...args) => await runProgram({ app: 'local', args, env, cwd: directory }),
    start: (...args) => spawnProgram({ app: 'local', args, env, cwd: directory }),
    script: async (text) => {
      scripts += 1;
      const path = join(directory, `script-${String(scripts)}.sh`);
      await writeFile(path, text);
      return path;
    },
  };
}

/** The result that `--output json` prints as its last line. */
export function resultOf(program: Program): Result {
  return JSON.parse(program.stdout.trimEnd().split('\n').at(-1) ?? '') as Result;
}

/** The only job of a bench. */
export async function onlyJob(bench: Bench): Promise<string> {
  const [job = ''] = await readdir(join(bench.home, 'jobs'));
  return job;
}

/** One file of a published rootfs. */
export async function published(bench: Bench, result: Result, path: string): Promise<string> {
  const rootfs = result.artifacts.find(({ name }) => name === 'rootfs')?.path ?? '';
  const { stdout } = await run('unsquashfs', ['-cat', rootfs, path], { cwd: bench.work });
  return stdout;
}

/** The names in one directory of a published rootfs, itself first. */
export async function publishedNames(bench: Bench, result: Result, path: string): Promise<string[]> {
  const rootfs = result.artifacts.find(({ name }) => name === 'rootfs')?.path ?? '';
  const { stdout } = await run('unsquashfs', ['-l', '-d', '', rootfs, path], { cwd: bench.work });
  return stdout
    .split('\n')
    .filter((line) => line.startsWith(`/${path}`))
    .map((line) => line.slice(1));
}

/** The command line that a person is told to log in with, once it is told. */
export async function loginCommand(program: Program): Promise<string> {
  const { instructions } = (await program.waitForLine('the image is open')) as unknown as { instructions: string[] };
  return instructions.find((line) => line.trimStart().startsWith('ssh '))?.trim() ?? '';
}

/** Types a command line into a shell of this machine. */
export async function typed(command: string): Promise<string> {
  return (await run('bash', ['-c', command])).stdout;
}

/** Waits until no process uses the state directory any more. */
export async function untilQuiet(bench: Bench): Promise<void> {
  await eventually(async () => (await processesUnder(bench.home)).length === 0);
}

/** A log of one side of a job. */
export async function sideLog(bench: Bench, job: string, side: 'agent' | 'sshd'): Promise<string> {
  return await readFile(join(bench.home, 'jobs', job, 'logs', `${side}.jsonl`), 'utf8');
}
