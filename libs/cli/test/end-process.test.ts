// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';

import { describe, expect, it } from 'vitest';

const END = new URL('../src/end-process.ts', import.meta.url).href;

interface Ended {
  readonly code: number | null;
  readonly bytes: number;
}

/** Runs a program of these lines whose output is read, or `closed`, or goes to a file. */
async function endOf(lines: string, output: 'read' | 'closed' | number = 'read'): Promise<Ended> {
  const program = `import { endProcess } from ${JSON.stringify(END)};\n${lines}`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', typeof output === 'number' ? output : 'pipe', 'inherit'],
  });
  let bytes = 0;
  child.stdout?.on('data', (chunk: Buffer) => (bytes += chunk.byteLength));
  if (output === 'closed') child.stdout?.destroy();
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, bytes };
}

describe('the end of a program', () => {
  it('is not held by what somebody left open', async () => {
    const open = `
      import { createServer } from 'node:net';
      createServer().listen(0, '127.0.0.1');
      setInterval(() => undefined, 1000);`;
    expect(await endOf(`${open}\nawait endProcess(process, 34);`)).toEqual({ code: 34, bytes: 0 });
  });

  it('comes when all is out that the program said, more than a pipe holds', async () => {
    const say = `for (let line = 0; line < 300; line += 1) process.stdout.write('x'.repeat(9_999) + '\\n');`;
    expect(await endOf(`${say}\nawait endProcess(process, 0);`)).toEqual({ code: 0, bytes: 3_000_000 });
  });

  it('comes with the same code when nobody listens', async () => {
    const say = `process.stdout.write('x'.repeat(1_000_000));`;
    expect(await endOf(`${say}\nawait endProcess(process, 7);`, 'closed')).toEqual({ code: 7, bytes: 0 });
  });

  it('comes with the same code when nothing can be written', async () => {
    await using full = await open('/dev/full', 'w');
    expect(await endOf(`console.log('lost');\nawait endProcess(process, 9);`, full.fd)).toEqual({ code: 9, bytes: 0 });
  });
});
