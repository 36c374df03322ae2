// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFileSync } from 'node:child_process';

import { expect, it } from 'vitest';

const MODULE = new URL('../src/plain-code.ts', import.meta.url).href;

/** How many functions V8 has optimised that a program calls a hundred thousand times. */
function optimisedBy(lines: string): number {
  const busy = `function work(n) { return n % 7; }\nfor (let n = 0, sum = 0; n < 100_000; n += 1) sum += work(n);`;
  const program = `import { preferPlainCode } from ${JSON.stringify(MODULE)};\n${lines}\n${busy}`;
  const said = execFileSync(process.execPath, ['--trace-opt', '--input-type=module', '--eval', program], {
    encoding: 'utf8',
  });
  return said.match(/completed (?:compiling|optimizing)/g)?.length ?? 0;
}

it('nothing is optimised any more once plain code is preferred', () => {
  expect(optimisedBy('')).toBeGreaterThan(0);
  expect(optimisedBy('preferPlainCode();')).toBe(0);
});
