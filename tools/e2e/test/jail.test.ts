// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { chmod, lstat, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';

import { cleanUp } from '@ims/testing';

import { clientOptions, runClient } from './support/client.ts';
import { complete } from './support/finish.ts';
import { openPair, startPair, type Pair } from './support/pair.ts';
import { publishedImages, unpack } from './support/published.ts';
import { describeTree } from './support/tree.ts';

afterEach(cleanUp);

describe('H35 a jailed user', () => {
  it('gets no forwarding of ports, sockets, agents or displays, and no tunnel', async () => {
    const pair = await openPair({ jailed: true });
    const client = clientOptions(pair.job);
    const forward = async (...args: string[]): Promise<number | null> =>
      (await runClient('ssh', [...client, '-o', 'ExitOnForwardFailure=yes', ...args])).code;
    expect(await forward('-W', `127.0.0.1:${String(pair.job.port)}`, '127.0.0.1')).toBe(255);
    expect(await forward('-R', '0:127.0.0.1:1', '127.0.0.1', 'true')).toBe(255);
    expect(await forward('-R', '/tmp/socket:127.0.0.1:1', '127.0.0.1', 'true')).toBe(255);
    expect(await forward('-w', '7:7', '127.0.0.1', 'true')).toBe(255);
    const { stdout } = await runClient('ssh', [...client, '-A', '-X', '127.0.0.1', 'env; ls /tmp']);
    expect(stdout).not.toMatch(/SSH_AUTH_SOCK|DISPLAY|ssh-|socket/);
    await complete(pair);
  });

  it('sees the image as /, by shell and by sftp', async () => {
    const pair = await openPair({ jailed: true });
    expect((await pair.ssh('cat /etc/os-release')).stdout).toContain('ID=ims-test');
    expect((await pair.sftp('pwd\nls -1 /\n')).stdout).toContain('/boot');
    await complete(pair);
  });
});

describe('H37 an image root that sshd would refuse as a jail', () => {
  it('is mended where that is safe: modes, owner, /dev/null, and a shell and devices as long as it is open', async () => {
    const prepare = async ({ imageRoot, parent }: Pair['volume']): Promise<void> => {
      await chmod(imageRoot, 0o775);
      await chmod(parent, 0o777);
      await rm(`${imageRoot}/dev/null`);
      await writeFile(`${imageRoot}/dev/null`, 'no device\n');
      // What rootless builders and small images leave out.
      await rm(`${imageRoot}/dev/zero`);
      await rename(`${imageRoot}/bin/bash`, `${imageRoot}/bin/sh`);
    };
    const pair = await openPair({ jailed: true, prepare });
    const { imageRoot, parent } = pair.volume;
    expect(((await stat(imageRoot)).mode & 0o7777).toString(8)).toBe('755');
    expect(((await stat(parent)).mode & 0o7777).toString(8)).toBe('755');
    expect((await lstat(`${imageRoot}/dev/null`)).isCharacterDevice()).toBe(true);
    const said = pair.agent.lines.filter(({ msg }) => msg?.startsWith('mended for the jail') === true);
    expect(said.length).toBeGreaterThanOrEqual(3);
    const { stdout } = await pair.ssh('ls /dev/zero /dev/urandom /bin/bash');
    expect(stdout.split(/\s+/).filter(Boolean).sort()).toEqual(['/bin/bash', '/dev/urandom', '/dev/zero']);
    await complete(pair);
    // What was only for the shell is not published.
    const published = describeTree(await unpack(pair.job));
    const names = [...published.keys()].filter((path) => path.startsWith('dev/') || path === 'bin/bash');
    expect(names).toEqual(['dev/null']);
  });

  it('is refused before ready when its shell is none, with the exact mend, and the mend works', async () => {
    const pair = await startPair({
      jailed: true,
      prepare: async ({ imageRoot }) => {
        await rename(`${imageRoot}/bin/bash`, `${imageRoot}/bin/sh`);
        await mkdir(`${imageRoot}/bin/bash`);
      },
    });
    expect((await pair.containers.agent.ended).code).toBe(32);
    const { reason, message } = await pair.status();
    expect(reason).toBe('JailRefused');
    expect(message).toContain('/bin/bash');
    const mend = /run: (.*)$/.exec(message)?.[1] ?? '';
    expect(mend).toContain(pair.volume.imageRoot);
    expect(pair.sshd.lines.some(({ msg }) => msg === 'sshd listens')).toBe(false);
    expect((await pair.containers.sshd.ended).code).not.toBe(0);
    expect(await publishedImages(pair.job)).toEqual([]);
    expect(await runClient('sh', ['-ec', mend])).toMatchObject({ code: 0 });
    expect(await readdir(`${pair.volume.imageRoot}/bin`)).not.toContain('bash');
  });
});

describe('H39 a shell that cannot start', () => {
  it('is never said to wait for its user: the login that was tried says why', async () => {
    const prepare = async ({ imageRoot }: Pair['volume']): Promise<void> => {
      // It is there and executable, as far as anybody can see without running it.
      await writeFile(`${imageRoot}/bin/bash`, '#!/lib/no-such-loader\n', { mode: 0o755 });
    };
    const pair = await startPair({ jailed: true, prepare });
    expect(await pair.ends()).toEqual({ agent: 23, sshd: 23 });
    const { reason, message, history } = await pair.status();
    expect(reason).toBe('LoginProbeFailed');
    expect(message).toContain('ssh');
    expect(history.map(([phase]) => phase)).not.toContain('WaitingOnUser');
  });

  it('is said to wait only after a login by ssh and by sftp; its key is gone by then', async () => {
    const pair = await startPair({ jailed: true });
    await pair.sshd.waitForLine('a login through the door has worked');
    expect(pair.agent.lines.some((line) => line['phase'] === 'WaitingOnUser')).toBe(false);
    await pair.opened();
    const keys = await readFile(`${pair.volume.config}/authorized_keys`, 'utf8');
    expect(keys.trim().split('\n')).toHaveLength(1);
    await complete(pair);
  });
});
