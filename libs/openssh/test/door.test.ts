// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { createServer } from 'node:net';
import { once } from 'node:events';
import { chmod, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';

import { Failure } from '@ims/runtime';
import { cleanUp, createSshKey, eventually, onCleanup, signalTo } from '@ims/testing';

import { findListeners, isListenerOf, stopListener } from '../src/listener.ts';
import { isRunning } from '../src/process-table.ts';
import { bannerAnswers } from '../src/banner.ts';
import { createTestDoor, openTestDoor, textOf, type TestDoor } from './support/test-door.ts';

afterEach(cleanUp);

const never = new AbortController().signal;

/** What a namespace of many services makes of an environment: sshd ends a login that has so many variables. */
const MANY = Object.fromEntries(
  Array.from({ length: 1500 }, (_, at) => [`SERVICE_${String(at)}`, `${String(at)} `.repeat(20)]),
);

function listenerOf({ door }: TestDoor): { pid: number; startTime: number } {
  const { listener } = door.processes();
  if (listener === undefined) throw new Error('no listener');
  return listener;
}

describe('opening', () => {
  it('starts an sshd that daemonises, listens, and gives users all four variables on every kind of login', async () => {
    const made = await createTestDoor();
    await made.door.prepare();
    const opened = await made.door.open();
    expect(opened.port).toBe(made.port);
    const { stdout } = await made.ssh('env');
    for (const [name, value] of Object.entries(made.options.variables)) expect(stdout).toContain(`${name}=${value}\n`);
    // As it is in the log, so it is for the user: sshd reads its words as we write them.
    const odd = made.again({
      environment: { ODD: `  "it's" \\ # $HOME\t=1 `, LINES: 'a\nb', PATH: '/odd:/usr/bin:/bin', ...MANY },
    });
    await odd.open();
    const seen = await made.ssh('printf "%s|" "$ODD" "$LINES" "$SERVICE_897$SERVICE_898" "$PATH"');
    expect(seen.stdout.startsWith(`  "it's" \\ # $HOME\t=1 ||${MANY['SERVICE_897'] ?? ''}|`)).toBe(true);
    expect(seen.stdout).toMatch(/[|:]\/odd:\/usr\/bin:\/bin\|$/);
    expect(JSON.stringify(made.logger.entries)).toMatch(/LINES.*sshd takes no line break in a value and at most 900/);
    expect((await textOf(made.configFile)).match(/^SetEnv /gm)).toHaveLength(1);
  });

  it('H36 tells the public host keys that a client sees, ed25519 first', async () => {
    const made = await createTestDoor();
    await made.door.prepare();
    const { hostKeys } = await made.door.open();
    const seen = await made.runner.run({ program: 'ssh-keyscan', args: ['-p', String(made.port), '127.0.0.1'] });
    expect(hostKeys[0]).toMatch(/^ssh-ed25519 AAAA\S+$/);
    expect(hostKeys).toHaveLength(3);
    for (const key of hostKeys) expect(seen.stdout).toContain(key);
    const entry = made.logger.entries.find(({ message }) => message === 'sshd listens');
    expect(JSON.stringify(entry?.fields)).toContain('SHA256:');
  });

  it('twice, as a restarted app does, leaves one listener, one SetEnv line and the same host keys (H9)', async () => {
    const made = await openTestDoor({ jailed: true });
    const before = listenerOf(made);
    const session = await made.stay('echo here; read line; echo "$line"');
    const second = made.again();
    await second.prepare();
    const { hostKeys } = await second.open();
    expect(isRunning(before)).toBe(false);
    expect(second.processes().sessions).toHaveLength(1);
    expect((await textOf(made.configFile)).match(/^SetEnv /gm)).toHaveLength(1);
    expect((await textOf(made.configFile)).match(/^Match /gm)).toHaveLength(1);
    const seen = await made.runner.run({ program: 'ssh-keyscan', args: ['-p', String(made.port), '127.0.0.1'] });
    expect(seen.stdout).toContain(hostKeys[0]);
    session.stdin?.write('still here\n');
    const [said] = (await once(session.stdout ?? session, 'data')) as [Buffer];
    expect(said.toString()).toBe('still here\n');
  });

  it('refuses a configuration that sshd refuses, in its own words', async () => {
    const made = await createTestDoor();
    await writeFile(made.configFile, `${await textOf(made.configFile)}NoSuchKeyword yes\n`);
    await made.door.prepare();
    await expect(made.door.open()).rejects.toMatchObject({
      reason: 'SshdRefused',
      message: expect.stringMatching(/Bad configuration option: NoSuchKeyword/) as string,
    });
  });

  it('H9 refuses a port that is taken at once, with what sshd wrote into its log file', async () => {
    const made = await createTestDoor();
    const server = createServer().listen(made.port, '127.0.0.1');
    onCleanup(async () => {
      server.close();
      await once(server, 'close');
    });
    await once(server, 'listening');
    await made.door.prepare();
    await expect(made.door.open()).rejects.toMatchObject({
      reason: 'SshdRefused',
      message: expect.stringMatching(/Address already in use.*Cannot bind any address/) as string,
    });
  });

  it('makes the directory without which sshd says nothing, also for who only looks', async () => {
    const made = await createTestDoor();
    const privilegeSeparationDirectory = `${made.volume.scratch}/run/sshd`;
    await made.again({ privilegeSeparationDirectory }).attach();
    const { mode, uid } = await stat(privilegeSeparationDirectory);
    expect([mode & 0o777, uid]).toEqual([0o755, 0]);
  });

  it('says that the configuration is missing, and is not configured before', async () => {
    const made = await createTestDoor();
    expect(await made.door.isConfigured()).toBe(true);
    await rm(made.configFile);
    expect(await made.door.isConfigured()).toBe(false);
    await expect(made.door.open()).rejects.toMatchObject({ reason: 'SshdRefused' });
  });

  it('asks for the jail to be checked first, and changes nothing when it is refused', async () => {
    const refusal = new Failure('JailRefused', 'the image root is writable by others');
    const made = await createTestDoor({ jailed: true, checkJail: async () => await Promise.reject(refusal) });
    const before = await textOf(made.configFile);
    await expect(made.door.open()).rejects.toBe(refusal);
    expect(await textOf(made.configFile)).toBe(before);
  });

  it('is not confused by a pid file of a process that is gone, or of a stranger', async () => {
    const made = await createTestDoor();
    await made.door.prepare();
    await writeFile(`${made.volume.config}/sshd.pid`, `${String(process.pid)}\n`);
    await made.door.open();
    const listener = listenerOf(made);
    expect(listener.pid).not.toBe(process.pid);
    signalTo(listener.pid, 'SIGKILL');
    await eventually(() => !isRunning(listener));
    const second = made.again();
    await second.open();
    expect(second.processes().listener?.pid).not.toBe(listener.pid);
    expect((await made.ssh(':')).exitCode).toBe(0);
  });

  it('works without a pid file and without a log file', async () => {
    const made = await createTestDoor();
    const plain = made.again({ sshdOptions: `-f ${made.configFile} -o PidFile=none` });
    await plain.prepare();
    await plain.open();
    await plain.probe(never);
    await plain.shut();
  });

  it('H42 warns when sshd reads another file than the one that was amended', async () => {
    const made = await createTestDoor();
    const other = `${made.volume.scratch}/other_config`;
    await writeFile(other, '');
    const door = made.again({ configFile: other });
    await door.prepare();
    await door.open();
    expect(made.logger.messages('warn').join('\n')).toMatch(/users will not see these variables/);
    await door.shut();
  });

  it('refuses to open a jail that something earlier in the file would undo (H35)', async () => {
    const made = await createTestDoor({ jailed: true });
    await writeFile(
      made.configFile,
      `${await textOf(made.configFile)}Match User root\nChrootDirectory none\nAllowTcpForwarding yes\n`,
    );
    await made.door.prepare();
    await expect(made.door.open()).rejects.toMatchObject({
      reason: 'ConfigurationInvalid',
      message: expect.stringMatching(/ChrootDirectory is none .*AllowTcpForwarding is yes/) as string,
    });
  });
});

describe('H39 the login probe', () => {
  it.each([false, true])('logs in by ssh and sftp and leaves nothing behind; jailed: %s', async (jailed) => {
    const made = await openTestDoor({ jailed });
    const keys = await textOf(made.authorizedKeysFile);
    const files = await readdir(made.volume.config);
    await made.door.probe(never);
    expect(await textOf(made.authorizedKeysFile)).toBe(keys);
    expect(await readdir(made.volume.config)).toEqual(files);
    expect((await stat(made.authorizedKeysFile)).mode & 0o777).toBe(0o600);
    const log = await textOf(made.logFile);
    expect(log.match(/Accepted publickey for root from 127\.\d+\.\d+\.\d+/g)).toHaveLength(2);
  });

  it('fails with what ssh said when the image has no shell, and leaves nothing behind', async () => {
    const made = await openTestDoor({ jailed: true });
    await rm(`${made.volume.imageRoot}/bin/bash`);
    await rm(`${made.volume.imageRoot}/bin/sh`);
    const before = await readdir(made.volume.config);
    await expect(made.door.probe(never)).rejects.toMatchObject({
      reason: 'LoginProbeFailed',
      message: expect.stringMatching(/No such file or directory/) as string,
    });
    expect(await readdir(made.volume.config)).toEqual(before);
    expect(await textOf(made.authorizedKeysFile)).not.toContain('ims-probe');
  });

  it('fails with what sshd logged when sshd refuses the image root', async () => {
    const made = await openTestDoor({ jailed: true });
    await chmod(made.volume.imageRoot, 0o777);
    await expect(made.door.probe(never)).rejects.toMatchObject({
      reason: 'LoginProbeFailed',
      message: expect.stringMatching(/sshd said: .*bad ownership or modes for chroot directory/) as string,
    });
  });

  it('fails when sftp does not work although ssh does', async () => {
    const made = await createTestDoor();
    await writeFile(made.configFile, (await textOf(made.configFile)).replace(/^Subsystem.*$/m, ''));
    await made.door.prepare();
    await made.door.open();
    await expect(made.door.probe(never)).rejects.toMatchObject({
      reason: 'LoginProbeFailed',
      message: expect.stringMatching(/by sftp failed/) as string,
    });
  });

  it('fails when another sshd answers: the real host keys are pinned', async () => {
    const made = await openTestDoor();
    const { publicKey } = await createSshKey(made.volume.scratch, 'other');
    for (const type of ['rsa', 'ecdsa', 'ed25519']) {
      await writeFile(`${made.volume.config}/host-keys/ssh_host_${type}_key.pub`, publicKey);
    }
    await expect(made.door.probe(never)).rejects.toMatchObject({
      reason: 'LoginProbeFailed',
      message: expect.stringMatching(/Host key verification failed/) as string,
    });
  });

  it('that is aborted leaves nothing behind', async () => {
    const made = await openTestDoor();
    const stop = new AbortController();
    const running = made.door.probe(stop.signal);
    await eventually(async () => (await textOf(made.authorizedKeysFile)).includes('ims-probe'));
    stop.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
    expect(await textOf(made.authorizedKeysFile)).not.toContain('ims-probe');
    expect((await readdir(made.volume.config)).filter((name) => name.startsWith('.ims-probe'))).toEqual([]);
  });

  it('of a killed run leaves a key and a directory that the next start removes', async () => {
    const made = await createTestDoor();
    const kept = await textOf(made.authorizedKeysFile);
    await writeFile(made.authorizedKeysFile, `${kept}restrict,from="::1" ssh-ed25519 AAAA ims-probe\n`, {
      mode: 0o600,
    });
    await mkdir(`${made.volume.config}/.ims-probe-dead`);
    await made.door.prepare();
    await made.door.open();
    expect(await textOf(made.authorizedKeysFile)).toBe(kept);
    expect(await readdir(made.volume.config)).not.toContain('.ims-probe-dead');
  });
});

describe('H9 supervising', () => {
  it('starts sshd again with the same host keys when it was killed; sessions live on', async () => {
    const made = await openTestDoor({ timings: { tickMs: 20 } });
    const stop = new AbortController();
    const supervision = made.door.supervise(stop.signal).catch((error: unknown) => error);
    const before = await textOf(`${made.volume.config}/host-keys/ssh_host_ed25519_key.pub`);
    const session = await made.stay('echo here; read line; echo "$line"');
    const first = listenerOf(made);
    await eventually(() => made.door.processes().sessions.length > 0);
    signalTo(first.pid, 'SIGKILL');
    await eventually(() => made.door.processes().listener?.pid !== first.pid && made.door.processes().listener);
    expect((await made.ssh(':')).exitCode).toBe(0);
    expect(await textOf(`${made.volume.config}/host-keys/ssh_host_ed25519_key.pub`)).toBe(before);
    expect(made.logger.messages('warn').join('\n')).toMatch(/sshd has died/);
    session.stdin?.write('alive\n');
    const [said] = (await once(session.stdout ?? session, 'data')) as [Buffer];
    expect(said.toString()).toBe('alive\n');
    stop.abort();
    await supervision;
  });

  it('gives up when it dies more than five times in a minute', async () => {
    const made = await openTestDoor({ timings: { tickMs: 5 } });
    const stop = new AbortController();
    const supervision = made.door.supervise(stop.signal).then(undefined, (error: unknown) => error);
    const seen = new Set<number>();
    while (seen.size < 6) {
      const listener = await eventually(() => {
        const now = made.door.processes().listener;
        return now !== undefined && !seen.has(now.pid) && now;
      });
      seen.add(listener.pid);
      signalTo(listener.pid, 'SIGKILL');
    }
    expect(await supervision).toMatchObject({
      reason: 'SshdKeepsDying',
      message: expect.stringContaining('6 times') as string,
    });
  });

  it('counts a start that fails as a death', async () => {
    const made = await openTestDoor({ timings: { tickMs: 5 } });
    await writeFile(made.configFile, 'Nonsense\n');
    const supervision = made.door.supervise(never).then(undefined, (error: unknown) => error);
    signalTo(listenerOf(made).pid, 'SIGKILL');
    expect(await supervision).toMatchObject({ reason: 'SshdKeepsDying' });
    expect(made.logger.messages('error')[0]).toMatch(/could not be started again.*Nonsense/);
  });
});

describe('shutting', () => {
  it('lets nobody new in while sessions go on, and they are remembered', async () => {
    const made = await openTestDoor();
    const session = await made.stay('echo here; read line; echo "$line"');
    const listener = listenerOf(made);
    await made.door.shut();
    expect(isRunning(listener)).toBe(false);
    expect(await bannerAnswers({ host: '127.0.0.1', port: made.port, signal: never })).toBe(false);
    expect(made.door.processes()).toMatchObject({ listener: undefined });
    expect(made.door.processes().sessions).toHaveLength(1);
    session.stdin?.write('still here\n');
    const [said] = (await once(session.stdout ?? session, 'data')) as [Buffer];
    expect(said.toString()).toBe('still here\n');
  });

  it('is not undone by the supervisor, may be repeated, and needs no open door', async () => {
    const made = await openTestDoor({ timings: { tickMs: 5 } });
    const stop = new AbortController();
    const supervision = made.door.supervise(stop.signal).catch(() => undefined);
    await made.door.shut();
    await made.door.shut();
    expect(findListeners(['/usr/sbin/sshd', ...made.options.sshdOptions.split(' ')])).toEqual([]);
    stop.abort();
    await supervision;
    await made.again().shut();
  });

  it('ends a listener that does not answer to SIGTERM', async () => {
    const made = await openTestDoor({ timings: { stopMs: 50 } });
    const listener = listenerOf(made);
    const frozen = setInterval(() => signalTo(listener.pid, 'SIGSTOP'), 1);
    await made.door.shut();
    clearInterval(frozen);
    expect(isRunning(listener)).toBe(false);
    expect(await stopListener(listener, { clock: made.options.clock, ms: 10 })).toEqual({ sessions: [], gone: true });
  });
});

describe('a listener', () => {
  const command = ['/usr/sbin/sshd', '-f', '/j/1/sshd_config'];

  it.each([
    ['/usr/sbin/sshd\0-f\0/j/1/sshd_config\0', true],
    ['sshd: /usr/sbin/sshd -f /j/1/sshd_config [listener] 0 of 10-100 startups\0\0\0', true],
    ['sshd: /usr/sbin/sshd -f /j/1/sshd_config\0', true],
    ['sshd: /usr/sbin/sshd -f /j/1/sshd_config2 [listener] 0 of 10-100 startups\0', false],
    ['sshd: /usr/sbin/sshd [listener] 0 of 10-100 startups\0', false],
    ['sshd: root@pts/0\0', false],
    ['vi\0/usr/sbin/sshd\0-f\0/j/1/sshd_config\0', false],
  ])('is known by its whole command line: %j', (line, expected) => {
    expect(isListenerOf(command, line)).toBe(expected);
  });

  it('of the machine itself is never taken for one without options', () => {
    expect(isListenerOf(['/usr/sbin/sshd'], 'sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups\0')).toBe(false);
  });
});
