// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { once } from 'node:events';
import { chmod, mkdir, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';

import { cleanUp, createSshKey, freePort, onCleanup, recordingLogger, temporaryDirectory } from '@ims/testing';

import { amendConfig } from '../src/amend-config.ts';
import { bannerAnswers, writeDoorFiles, type DoorFilesOptions } from '../src/index.ts';
import { openTestDoor, textOf, VARIABLES } from './support/test-door.ts';

afterEach(cleanUp);

const never = new AbortController().signal;

async function files(): Promise<DoorFilesOptions> {
  const home = await temporaryDirectory('agent');
  const key = await createSshKey(home, 'alice');
  // As a ConfigMap is mounted: a link to a link to a file.
  await mkdir(`${home}/..2026`);
  await writeFile(`${home}/..2026/authorized_keys`, `# who\n${key.publicKey}\n`);
  await symlink('..2026', `${home}/..data`);
  await symlink('..data/authorized_keys', `${home}/authorized_keys`);
  return { directory: `${home}/ims`, authorizedKeysSource: `${home}/authorized_keys`, logger: recordingLogger() };
}

describe('what the agent writes', () => {
  it('is the base configuration and a copy of the keys, for root only', async () => {
    const options = await files();
    await mkdir(options.directory);
    await chmod(options.directory, 0o777);
    const written = await writeDoorFiles({ ...options, settings: { port: 2022, listenAddress: undefined } });
    expect(await textOf(written.configFile)).toContain(`AuthorizedKeysFile ${written.authorizedKeysFile}\n`);
    expect(await textOf(written.authorizedKeysFile)).toBe(await textOf(options.authorizedKeysSource));
    expect((await stat(options.directory)).mode & 0o777).toBe(0o600);
    expect((await stat(written.authorizedKeysFile)).mode & 0o777).toBe(0o600);
    expect(written.keys).toMatchObject([{ type: 'ssh-ed25519', comment: 'alice' }]);
  });

  it('stays when the sshd container has amended it, and is renewed when it has not', async () => {
    const options = await files();
    const { configFile, authorizedKeysFile } = await writeDoorFiles(options);
    await writeDoorFiles({ ...options, settings: { port: 2022 } });
    expect(await textOf(configFile)).toContain('Port 2022\n');
    const amended = amendConfig(await textOf(configFile), { variables: VARIABLES });
    await writeFile(configFile, amended);
    const probing = `${await textOf(authorizedKeysFile)}restrict,from="::1" ssh-ed25519 AAAA ims-probe\n`;
    await writeFile(authorizedKeysFile, probing);
    await writeDoorFiles(options);
    expect(await textOf(configFile)).toBe(amended);
    expect(await textOf(authorizedKeysFile)).toBe(probing);
  });

  it.each([
    ['missing', undefined],
    ['empty', ''],
    ['without a key', '# nobody\nnot a key\n'],
  ])('is refused when the file of keys is %s, before anything is written', async (_name, text) => {
    const home = await temporaryDirectory('agent');
    if (text !== undefined) await writeFile(`${home}/keys`, text);
    const options = { directory: `${home}/ims`, authorizedKeysSource: `${home}/keys`, logger: recordingLogger() };
    await expect(writeDoorFiles(options)).rejects.toMatchObject({
      reason: 'ConfigurationInvalid',
      message: expect.stringContaining(`${home}/keys`) as string,
    });
    await expect(stat(`${home}/ims`)).rejects.toThrow(/ENOENT/);
  });

  it('H30 is refused when a setting would be more than a value, before anything is written', async () => {
    const options = await files();
    const settings = { listenAddress: '0.0.0.0\nPermitTunnel yes' };
    await expect(writeDoorFiles({ ...options, settings })).rejects.toMatchObject({ reason: 'ConfigurationInvalid' });
    await expect(stat(options.directory)).rejects.toThrow(/ENOENT/);
  });
});

describe('an ssh banner', () => {
  it('is seen when sshd answers', async () => {
    const made = await openTestDoor();
    expect(await bannerAnswers({ host: '127.0.0.1', port: made.port, signal: never })).toBe(true);
  });

  it.each([
    ['says something else', 'HTTP/1.1 400 Bad Request\r\n'],
    ['says nothing', undefined],
  ])('is not seen when somebody %s', async (_name, text) => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      if (text !== undefined) socket.write(text);
    }).listen(0, '127.0.0.1');
    onCleanup(async () => {
      server.close();
      await once(server, 'close');
    });
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    expect(await bannerAnswers({ host: '127.0.0.1', port, signal: never, timeoutMs: 50 })).toBe(false);
  });

  it('is not seen when nobody listens, or when the wait is called off', async () => {
    const port = await freePort();
    expect(await bannerAnswers({ host: '127.0.0.1', port, signal: never })).toBe(false);
    expect(await bannerAnswers({ host: '127.0.0.1', port, signal: AbortSignal.abort() })).toBe(false);
  });
});
