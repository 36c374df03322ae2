// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { execa } from 'execa';

import { PLAIN_PATH, workingDirectory } from './spawn.ts';

/** A program that reads standard input and writes standard output. */
export interface FilterCommand {
  readonly program: string;
  readonly args: readonly string[];
}

/**
 * Bytes on their way through a program, which gets nothing of this process's environment. Whoever stops reading ends
 * the program.
 *
 * @throws Error with the program's name when it is not installed or fails
 */
export async function* filterBytes(
  { program, args }: FilterCommand,
  input: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void> {
  const child = execa(program, args, {
    env: { PATH: PLAIN_PATH },
    extendEnv: false,
    cwd: workingDirectory(),
    buffer: false,
    reject: false,
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'ignore',
    encoding: 'buffer',
  });
  const source = Readable.from(input, { objectMode: false });
  // A program that ends before its input is judged by its exit code.
  const fed = pipeline(source, child.stdin).catch(() => undefined);
  let isRead = false;
  try {
    for await (const chunk of child.stdout) yield chunk as Uint8Array;
    isRead = true;
  } finally {
    if (!isRead) child.kill('SIGKILL');
    source.destroy();
    await fed;
  }
  const { exitCode } = await child;
  if (exitCode !== 0) throw new Error(`${program} ${exitCode === undefined ? 'could not be run' : 'failed'}`);
}
