// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';

import {
  cleanUp,
  createSshKey,
  createVolume,
  freePort,
  isRunning,
  mountsBelow,
  onCleanup,
  processesUnder,
  removeTree,
  runProgram,
  spawnProgram,
  temporaryDirectory,
} from '../src/index.ts';

afterEach(cleanUp);

const exists = async (path: string): Promise<boolean> =>
  await access(path).then(
    () => true,
    () => false,
  );

describe('cleaning up', () => {
  it('undoes the last thing first, goes on after a failure, and tells of it', async () => {
    const done: string[] = [];
    onCleanup(() => void done.push('first'));
    onCleanup(() => {
      throw new Error('broken');
    });
    onCleanup(() => void done.push('last'));
    await expect(cleanUp()).rejects.toThrow('broken');
    expect(done).toEqual(['last', 'first']);
    await cleanUp();
  });

  it('ends the processes that use a directory and takes mounts away before it removes files', async () => {
    const keeper = await temporaryDirectory('keeper');
    await writeFile(`${keeper}/precious`, 'yes');
    const directory = await temporaryDirectory();
    await mkdir(`${directory}/mounted`);
    expect(spawnSync('mount', ['--bind', keeper, `${directory}/mounted`]).status).toBe(0);
    const child = spawn('sleep', ['1000'], { cwd: directory, stdio: 'ignore' });
    const ended = once(child, 'exit');
    expect(await mountsBelow(directory)).toEqual([`${directory}/mounted`]);
    expect(await processesUnder(directory)).toMatchObject([{ pid: child.pid }]);
    await removeTree(directory);
    await ended;
    expect(await exists(directory)).toBe(false);
    expect(await readFile(`${keeper}/precious`, 'utf8')).toBe('yes');
  });
});

describe('a volume', () => {
  it('has an image root that a chroot can run in', async () => {
    const { imageRoot } = await createVolume();
    const inside = spawnSync('chroot', [imageRoot, '/bin/bash', '-c', 'id -u; cat /etc/os-release; : >/dev/null']);
    expect(inside.stdout.toString()).toContain('ID=ims-test');
    expect(inside.status).toBe(0);
  });

  it('is owned by root, not writable by others, with /tmp 1777', async () => {
    const { imageRoot, parent } = await createVolume({ jailed: true });
    for (const path of [parent, imageRoot]) {
      const { mode, uid } = await stat(path);
      expect({ mode: mode & 0o7777, uid }).toEqual({ mode: 0o755, uid: 0 });
    }
    expect((await stat(`${imageRoot}/tmp`)).mode & 0o7777).toBe(0o1777);
    expect((await stat(`${imageRoot}/dev/null`)).isCharacterDevice()).toBe(true);
  });

  it('is laid out as the job says, and each test has its own', async () => {
    const first = await createVolume({ action: 'create' });
    const second = await createVolume({ jailed: true });
    expect(first.imageRoot).toBe(`${first.parent}/build/image-root`);
    expect(second.sentinel('complete')).toBe(`${second.imageRoot}/tmp/complete`);
    await writeFile(`${first.imageRoot}/etc/os-release`, 'changed');
    expect(await readFile(`${second.imageRoot}/etc/os-release`, 'utf8')).toContain('ims-test');
  });

  it('lets sshd jail a user in it who then runs a command', async () => {
    const volume = await createVolume({ jailed: true });
    const key = await createSshKey(volume.scratch);
    const hostKey = await createSshKey(volume.scratch, 'host');
    const port = await freePort();
    await writeFile(`${volume.config}/authorized_keys`, `${key.publicKey}\n`, { mode: 0o600 });
    const config = [
      `Port ${String(port)}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${hostKey.path}`,
      `PidFile none`,
      `AuthorizedKeysFile ${volume.config}/authorized_keys`,
      'Subsystem sftp internal-sftp',
      'Match User root',
      `  ChrootDirectory ${volume.imageRoot}`,
    ];
    await writeFile(`${volume.config}/sshd_config`, `${config.join('\n')}\n`);
    await mkdir('/run/sshd', { recursive: true });
    const sshd = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', `${volume.config}/sshd_config`], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    onCleanup(async () => {
      sshd.kill();
      await once(sshd, 'exit');
    });
    let said = '';
    for await (const chunk of sshd.stderr as AsyncIterable<Buffer>) {
      said += chunk.toString();
      if (said.includes('Server listening')) break;
    }
    const ssh = spawn(
      'ssh',
      ['-F', 'none', '-p', String(port), '-i', key.path]
        .concat(['-o', 'StrictHostKeyChecking=no', '-o', `UserKnownHostsFile=/dev/null`, '-o', 'BatchMode=yes'])
        .concat(['root@127.0.0.1', 'cat /etc/os-release; touch /tmp/complete']),
      { stdio: ['ignore', 'pipe', 'ignore'] },
    );
    const chunks = await ssh.stdout.toArray();
    expect(Buffer.concat(chunks as Buffer[]).toString()).toContain('ID=ims-test');
    expect(await exists(volume.sentinel('complete'))).toBe(true);
  });
});

it('a free port is free and nobody else gets it', async () => {
  const ports = await Promise.all(Array.from({ length: 20 }, () => freePort()));
  expect(new Set(ports).size).toBe(20);
  const server = createServer().listen(ports[0], '127.0.0.1');
  await once(server, 'listening');
  server.close();
});

describe('a spawned program', () => {
  const program = async (text: string): Promise<string> => {
    const directory = await temporaryDirectory('program');
    await writeFile(`${directory}/main.ts`, text);
    return `${directory}/main.ts`;
  };

  it('runs on the pinned Node with nothing of our environment', async () => {
    const main = await program(`console.log(JSON.stringify({ node: process.version, env: process.env }));`);
    process.env['IMS_TEST_SECRET'] = 'hunter2';
    const { lines, end } = await runProgram({ app: 'none', main, env: { GIVEN: 'yes' } });
    delete process.env['IMS_TEST_SECRET'];
    expect(end).toEqual({ code: 0, signal: null });
    expect(lines[0]).toMatchObject({ env: { GIVEN: 'yes' } });
    expect(String(lines[0]?.['node'])).toMatch(/^v26\./);
    expect(JSON.stringify(lines)).not.toContain('hunter2');
  });

  it('gives the lines that it logs, past and to come, and its end by a signal', async () => {
    const main = await program(`
      console.log('no json');
      console.error(JSON.stringify({ msg: 'it is ready now', level: 'info' }));
      setInterval(() => console.log(JSON.stringify({ n: 1 })), 10);`);
    const running = spawnProgram({ app: 'none', main });
    expect(await running.waitForLine('is ready')).toMatchObject({ level: 'info' });
    expect(await running.waitForLine('is ready')).toMatchObject({ level: 'info' });
    await running.waitForLine((line) => line['n'] === 1);
    running.kill('SIGTERM');
    expect(await running.ended).toEqual({ code: null, signal: 'SIGTERM' });
    expect(running.stdout).toContain('no json');
  });

  it('that ends without the line rejects with what it said', async () => {
    const main = await program(`console.log('I gave up'); process.exitCode = 4;`);
    const running = spawnProgram({ app: 'none', main });
    await expect(running.waitForLine('ready')).rejects.toThrow(/ended with 4 .*\nI gave up/);
    await expect(running.waitForLine('ready')).rejects.toThrow('I gave up');
  });

  it('is killed when the test is over', async () => {
    const main = await program(`console.log('{"msg":"up"}'); setInterval(() => undefined, 1000);`);
    const running = spawnProgram({ app: 'none', main });
    await running.waitForLine('up');
    await cleanUp();
    expect(await isRunning(running.pid)).toBe(false);
  });
});

it('a link in the tree is removed, not what it points to', async () => {
  const keeper = await temporaryDirectory('keeper');
  await writeFile(`${keeper}/precious`, 'yes');
  const directory = await temporaryDirectory();
  await symlink(keeper, `${directory}/link`);
  await removeTree(directory);
  expect(await readFile(`${keeper}/precious`, 'utf8')).toBe('yes');
});
