// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';

import type { Runner } from '@ims/runtime';

/** Runs a real program; throws when it fails. */
export async function run(program: string, ...args: string[]): Promise<string> {
  return await new Promise((resolve, reject) => {
    execFile(program, args, (error, stdout) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${program} failed`, { cause: error }));
    });
  });
}

/** The least runner that really runs programs. */
export const realRunner: Runner = {
  run: async ({ program, args }) =>
    await new Promise((resolve) => {
      execFile(program, args, (error, stdout, stderr) => {
        const exitCode = error === null ? 0 : typeof error.code === 'number' ? error.code : undefined;
        resolve({ exitCode, endedBySignal: undefined, notFound: false, timedOut: false, stdout, stderr });
      });
    }),
};

/** A runner whose programs always fail, as mknod does without CAP_MKNOD. */
export const refusingRunner: Runner = {
  run: async () =>
    await Promise.resolve({
      exitCode: 1,
      endedBySignal: undefined,
      notFound: false,
      timedOut: false,
      stdout: '',
      stderr: 'Operation not permitted',
    }),
};
