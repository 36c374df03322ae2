// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFile, writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';

import { cleanUp, eventually, processesUnder, signalTo, type LogLine } from '@ims/testing';

import { runClient } from './support/client.ts';
import { complete, rootIn } from './support/finish.ts';
import { openPair, startPair, type Pair } from './support/pair.ts';
import { publishedImages, unpack } from './support/published.ts';

afterEach(cleanUp);

async function listenerOf({ volume }: Pair): Promise<number> {
  return await eventually(
    async () => (await processesUnder(volume.config)).find(({ command }) => command.includes('[listener]'))?.pid,
  );
}

describe('H9 sshd', () => {
  it('that refuses its configuration ends both halves with the line that it names', async () => {
    const prepare = async ({ config }: Pair['volume']): Promise<void> => {
      // As a site's own configuration: the agent leaves one alone that has been amended already.
      await writeFile(`${config}/sshd_config`, 'Port 22\nSetEnv A=b\nNoSuchKeyword yes\n');
    };
    const pair = await startPair({ jailed: true, prepare });
    expect(await pair.ends()).toEqual({ agent: 24, sshd: 24 });
    const { phase, reason, message } = await pair.status();
    expect({ phase, reason }).toEqual({ phase: 'Failed', reason: 'SshdRefused' });
    expect(message).toContain('NoSuchKeyword');
    expect(await publishedImages(pair.job)).toEqual([]);
  });

  it('that cannot listen ends both halves with what it said', async () => {
    const pair = await startPair({ agentEnv: { IMS_SSH_LISTEN: '203.0.113.77' } });
    expect(await pair.ends()).toEqual({ agent: 24, sshd: 24 });
    expect((await pair.status()).message).toMatch(/203\.0\.113\.77|Cannot bind/);
  });

  it('that is killed later is started again with its host keys, its sessions live on, and the job goes on', async () => {
    const pair = await openPair({ jailed: true });
    const before = (await pair.reached('WaitingOnUser')).hostKeys;
    const shell = pair.login();
    shell.type('echo before-$((40 + 2))\n');
    await shell.waitFor('before-42');
    signalTo(await listenerOf(pair), 'SIGKILL');
    await pair.sshd.waitForLine('sshd was started again');
    shell.type(`echo written > ${rootIn(pair)}/root/after; echo after-$((40 + 3))\n`);
    await shell.waitFor('after-43');
    const keys = await eventually(async () => await scanned(pair));
    expect(keys.sort()).toEqual([...before].sort());
    await complete(pair);
    expect(await readFile(`${await unpack(pair.job)}/root/after`, 'utf8')).toBe('written\n');
  });

  it('that is killed again and again ends the job with a reason', async () => {
    const pair = await openPair();
    const isDeath = ({ msg }: LogLine): boolean => msg === 'sshd has died; it is started again with the same host keys';
    for (let deaths = 1; deaths <= 5; deaths++) {
      signalTo(await listenerOf(pair), 'SIGKILL');
      await pair.sshd.waitForLine((line) => isDeath(line) && line['deaths'] === deaths);
    }
    signalTo(await listenerOf(pair), 'SIGKILL');
    expect(await pair.ends()).toEqual({ agent: 25, sshd: 25 });
    expect((await pair.status()).reason).toBe('SshdKeepsDying');
  });
});

describe('H36 the host keys', () => {
  it('in the status are those that a client sees before its first login', async () => {
    const pair = await openPair();
    const { hostKeys } = await pair.reached('WaitingOnUser');
    expect(hostKeys).toHaveLength(3);
    expect(((await scanned(pair)) || []).sort()).toEqual([...hostKeys].sort());
    await complete(pair);
  });
});

/** The host keys as ssh-keyscan sees them; undefined when nobody answers. */
async function scanned({ job }: Pair): Promise<string[] | undefined> {
  const { stdout } = await runClient('ssh-keyscan', ['-p', String(job.port), '127.0.0.1']);
  const keys = stdout.split('\n').flatMap((line) => (/^\[/.test(line) ? [line.split(' ').slice(1).join(' ')] : []));
  return keys.length < 3 ? undefined : keys;
}
