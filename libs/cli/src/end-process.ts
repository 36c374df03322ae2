// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** What says something, and what ends: `process`. */
export interface EndingProcess {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  exit(code: number): void;
}

/**
 * Ends the process with this code once all that it said is out. Nothing that somebody left open, a connection or a timer,
 * holds it; and the kernel takes the memory back at once, where Node would first give it back piece by piece (10 ms).
 *
 * @example
 * await endProcess(await run(process.argv));
 */
export async function endProcess(code: number, ending: EndingProcess = process): Promise<void> {
  await Promise.all([ending.stdout, ending.stderr].map(isOut));
  ending.exit(code);
}

/** Also when nobody listens any more: then there is nothing to wait for. */
async function isOut(stream: NodeJS.WritableStream): Promise<void> {
  await new Promise<void>((resolve) => {
    stream.write('', () => {
      resolve();
    });
  });
}
