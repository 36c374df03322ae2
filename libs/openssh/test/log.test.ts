// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { appendFile, chmod, rename, rm, truncate, writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';

import { systemClock } from '@ims/runtime';
import {
  cleanUp,
  eventually,
  onCleanup,
  recordingLogger,
  temporaryDirectory,
  type RecordingLogger,
} from '@ims/testing';

import { createKeyNames, createLogFollower } from '../src/index.ts';
import { parseLogLine } from '../src/sshd-log.ts';
import { openTestDoor } from './support/test-door.ts';

afterEach(cleanUp);

/** Follows a file for the length of a test. */
function follow(file: string, keyNames = createKeyNames(), tickMs = 60_000): RecordingLogger {
  const logger = recordingLogger();
  const stop = new AbortController();
  const running = createLogFollower({ file, logger, clock: systemClock, keyNames, tickMs }).run(stop.signal);
  onCleanup(async () => {
    stop.abort();
    await running;
  });
  return logger;
}

describe("sshd's log", () => {
  it('H38 tells each login with the key that made it, and the probe only at debug', async () => {
    const made = await openTestDoor({ jailed: true });
    const logger = follow(made.logFile, made.keyNames);
    await made.door.probe(new AbortController().signal);
    await made.ssh(':');
    await eventually(() => logger.messages('info').some((message) => message.includes('has disconnected')));
    const logins = logger.entries.filter(({ message }) => message.includes('has logged in'));
    expect(logins.map(({ level }) => level)).toEqual(['debug', 'debug', 'info']);
    expect(logins.at(-1)).toMatchObject({
      message: 'root has logged in from 127.0.0.1',
      fields: {
        user: 'root',
        address: '127.0.0.1',
        method: 'publickey',
        keyType: 'ED25519',
        key: 'alice@example',
        fingerprint: expect.stringMatching(/^SHA256:/) as string,
      },
    });
    expect(logins[0]?.fields).toMatchObject({ key: 'ims-probe' });
    expect(logger.messages('info').filter((message) => message.includes('disconnected'))).toHaveLength(1);
  });

  it('H38 warns of one who was not let in', async () => {
    const made = await openTestDoor({ jailed: true });
    const logger = follow(made.logFile);
    const outcome = await made.ssh(':', ['-l', 'mallory']);
    const direct = await made.runner.run({ program: 'ssh', args: [...made.client, 'mallory@127.0.0.1', ':'] });
    expect([outcome.exitCode, direct.exitCode]).toContain(255);
    await eventually(() => logger.messages('warn').some((message) => message.includes('mallory')));
  });

  it('is followed on when the mode of its directory changes, as the agent changes it', async () => {
    const directory = await temporaryDirectory('log');
    const logger = follow(`${directory}/sshd.log`);
    await chmod(directory, 0o700);
    await writeFile(`${directory}/sshd.log`, 'still here\n');
    await eventually(() => logger.messages().some((message) => message.includes('still here')));
  });

  it('is followed from its end, through late creation, truncation and replacement', async () => {
    const directory = await temporaryDirectory('log');
    const file = `${directory}/sshd.log`;
    const logger = follow(file);
    const said = (text: string): Promise<unknown> =>
      eventually(() => logger.messages().some((message) => message.includes(text)));
    await writeFile(file, 'late\r\n');
    await said('late');
    await appendFile(file, 'half a ');
    await appendFile(file, 'line\r\nnext\r\n');
    await said('half a line');
    await truncate(file);
    await appendFile(file, 'cut\n');
    await said('cut');
    await writeFile(`${directory}/new`, 'replaced\n');
    await rename(`${directory}/new`, file);
    await said('replaced');
    await rm(file);
    await writeFile(file, 'again\n');
    await said('again');
    expect(logger.messages().filter((message) => message.includes('late'))).toHaveLength(1);
    const second = follow(file);
    await appendFile(file, 'last\n');
    await eventually(() => second.messages().length > 0);
    expect(second.messages()).toEqual(['sshd: last']);
  });

  it('is followed by the tick alone when its directory does not exist yet', async () => {
    const directory = await temporaryDirectory('log');
    const logger = follow(`${directory}/none/sshd.log`, createKeyNames(), 5);
    const { mkdir } = await import('node:fs/promises');
    await mkdir(`${directory}/none`);
    await writeFile(`${directory}/none/sshd.log`, 'there\n');
    await eventually(() => logger.messages().includes('sshd: there'));
  });

  it('is told to its last line when following ends', async () => {
    const directory = await temporaryDirectory('log');
    const file = `${directory}/sshd.log`;
    const logger = recordingLogger();
    const stop = new AbortController();
    const follower = createLogFollower({ file, logger, clock: systemClock, keyNames: createKeyNames() });
    stop.abort();
    await writeFile(file, 'the end\n');
    await follower.run(stop.signal);
    expect(logger.messages()).toEqual(['sshd: the end']);
  });
});

describe('a line of it', () => {
  it.each([
    [
      'Accepted publickey for root from 10.1.2.3 port 52938 ssh2: ED25519 SHA256:abc',
      {
        kind: 'login',
        method: 'publickey',
        user: 'root',
        address: '10.1.2.3',
        port: 52938,
        keyType: 'ED25519',
        fingerprint: 'SHA256:abc',
      },
    ],
    [
      'Accepted publickey for root from ::1 port 1 ssh2: RSA-CERT SHA256:abc ID x (serial 0) CA ED25519 SHA256:y',
      { kind: 'login', address: '::1', keyType: 'RSA-CERT', fingerprint: 'SHA256:abc' },
    ],
    ['Accepted none for root from ::1 port 1 ssh2', { kind: 'login', method: 'none', fingerprint: undefined }],
    [
      'Disconnected from user root 127.0.0.1 port 52938',
      { kind: 'disconnect', user: 'root', address: '127.0.0.1', port: 52938 },
    ],
    ['Invalid user a b from 127.0.0.1 port 1', { kind: 'failure' }],
    ['fatal: bad ownership or modes for chroot directory "/r"', { kind: 'failure' }],
    ['Authentication refused: bad ownership or modes for directory /r', { kind: 'failure' }],
    ['Connection closed by authenticating user root 127.0.0.1 port 1 [preauth]', { kind: 'failure' }],
    ['error: Bind to port 22 on 0.0.0.0 failed: Address already in use.', { kind: 'failure' }],
    ['error: kex_exchange_identification: Connection closed by remote host', { kind: 'other' }],
    ['Server listening on 127.0.0.1 port 23991.', { kind: 'other' }],
    ['Received disconnect from 127.0.0.1 port 52938:11: disconnected by user', { kind: 'other' }],
    ['Connection closed by 127.0.0.1 port 4', { kind: 'other' }],
  ])('is understood: %s', (line, event) => {
    expect(parseLogLine(line)).toMatchObject(event);
  });

  it('of any other text is just a line', () => {
    fc.assert(
      fc.property(fc.string(), (line) => ['login', 'disconnect', 'failure', 'other'].includes(parseLogLine(line).kind)),
    );
  });
});
