// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { afterEach, describe, expect, it } from 'vitest';

import { bundled, cleanUp, createVolume, promisedNodes, runProgram, spawnProgram } from '@ims/testing';

afterEach(cleanUp);

describe.each(await promisedNodes())('ims-sentinel on Node $version', ({ file }) => {
  it('writes, shows, waits for and removes a signal file', async () => {
    const volume = await createVolume({ jailed: true });
    const command = [file, await bundled('ims-sentinel')];
    const options = (...args: string[]) => ({
      app: 'sentinel',
      args: ['--directory', volume.parent, ...args],
      command,
    });
    const sentinel = async (...args: string[]) => {
      const { end, stdout } = await runProgram(options(...args));
      return { code: end.code, stdout };
    };

    const waiting = spawnProgram(options('wait', 'complete', 'failed'));
    expect(await sentinel('post', 'failed', '--message', 'the RPM is missing')).toMatchObject({ code: 0 });
    expect(await waiting.ended).toEqual({ code: 0, signal: null });
    expect(waiting.stdout).toContain('failed');
    expect((await sentinel('--output', 'text', 'show')).stdout).toContain('the RPM is missing');
    expect(await sentinel('clear', 'failed')).toMatchObject({ code: 0 });
    expect(await sentinel('wait', 'failed', '--timeout', '10ms')).toMatchObject({ code: 22 });
  });
});
