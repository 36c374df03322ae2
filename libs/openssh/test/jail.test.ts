// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';

import { cleanUp, eventually, freePort, onCleanup } from '@ims/testing';

import { openTestDoor, textOf, type TestDoor } from './support/test-door.ts';

afterEach(cleanUp);

/** A server that says `reached` to whoever gets through. */
async function service(address: { port: number; host: string } | { path: string }): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.end('reached');
  });
  server.listen(address);
  await once(server, 'listening');
  onCleanup(async () => {
    server.close();
    await once(server, 'close');
  });
  return server;
}

/** What comes back through a forwarded address. */
async function answerOf(address: { port: number; host: string } | { path: string }): Promise<string> {
  const socket = connect(address);
  socket.setEncoding('utf8');
  let text = '';
  socket.on('data', (chunk: string) => {
    text += chunk;
  });
  socket.on('error', () => undefined);
  await once(socket, 'close');
  return text;
}

/** Starts ssh with a forwarding of its own and without a command; gives what it said on its error output. */
async function forwarding(
  made: TestDoor,
  args: readonly string[],
): Promise<{ said: () => string; exited: Promise<unknown> }> {
  const words = [...made.client, '-v', '-N', '-o', 'ExitOnForwardFailure=yes', ...args, 'root@127.0.0.1'];
  const child = spawn('ssh', words, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    said += chunk;
  });
  const exited = once(child, 'exit');
  onCleanup(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  await Promise.race([eventually(() => said.includes('Entering interactive session')), exited]);
  return { said: () => said, exited };
}

describe.each([
  { jailed: true, allowed: false },
  { jailed: false, allowed: true },
])('H35 jailed: $jailed', ({ jailed, allowed }) => {
  const verdict = allowed ? 'works' : 'is refused';

  it(`a local forwarding (-L) ${verdict}`, async () => {
    const made = await openTestDoor({ jailed });
    const [inner, outer] = [await freePort(), await freePort()];
    await service({ port: inner, host: '127.0.0.1' });
    const ssh = await forwarding(made, ['-L', `127.0.0.1:${String(outer)}:127.0.0.1:${String(inner)}`]);
    expect(await answerOf({ port: outer, host: '127.0.0.1' })).toBe(allowed ? 'reached' : '');
    if (!allowed) await eventually(() => ssh.said().includes('administratively prohibited'));
  });

  it(`a dynamic forwarding by standard input and output (-W) ${verdict}`, async () => {
    const made = await openTestDoor({ jailed });
    const inner = await freePort();
    await service({ port: inner, host: '127.0.0.1' });
    const outcome = await made.runner.run({
      program: 'ssh',
      args: [...made.client, '-W', `127.0.0.1:${String(inner)}`, 'root@127.0.0.1'],
      timeoutMs: 20_000,
    });
    expect(outcome.stdout).toBe(allowed ? 'reached' : '');
    expect(outcome.exitCode === 0).toBe(allowed);
  });

  it(`a remote forwarding (-R) ${verdict}`, async () => {
    const made = await openTestDoor({ jailed });
    const [inner, outer] = [await freePort(), await freePort()];
    await service({ port: inner, host: '127.0.0.1' });
    const ssh = await forwarding(made, ['-R', `127.0.0.1:${String(outer)}:127.0.0.1:${String(inner)}`]);
    if (allowed) {
      await eventually(() => ssh.said().includes('remote forward success'));
      expect(await answerOf({ port: outer, host: '127.0.0.1' })).toBe('reached');
      return;
    }
    expect(await ssh.exited).toEqual([255, null]);
    expect(ssh.said()).toContain('remote port forwarding failed');
  });

  it(`a forwarding of streams, both ways, ${verdict}`, async () => {
    const made = await openTestDoor({ jailed });
    const { scratch, imageRoot } = made.volume;
    // In the jail the same socket has another name; without it a refusal would prove nothing.
    await service({ path: `${imageRoot}/tmp/inner` });
    const inner = jailed ? '/tmp/inner' : `${imageRoot}/tmp/inner`;
    await forwarding(made, ['-L', `${scratch}/local:${inner}`]);
    expect(await answerOf({ path: `${scratch}/local` })).toBe(allowed ? 'reached' : '');
    if (!allowed)
      await eventually(async () => (await textOf(made.logFile)).includes('refused streamlocal port forward'));
    const outer = jailed ? '/tmp/remote' : `${imageRoot}/tmp/remote`;
    const remote = await forwarding(made, ['-R', `${outer}:${imageRoot}/tmp/inner`]);
    if (allowed) {
      await eventually(() => remote.said().includes('remote forward success'));
      expect(await answerOf({ path: `${imageRoot}/tmp/remote` })).toBe('reached');
    } else {
      expect(await remote.exited).toEqual([255, null]);
    }
  });

  it(`an agent (-A) ${verdict}`, async () => {
    const made = await openTestDoor({ jailed });
    const socket = `${made.volume.scratch}/agent`;
    const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] });
    onCleanup(async () => {
      agent.kill();
      await once(agent, 'exit');
    });
    await once(agent.stdout, 'data');
    const outcome = await made.runner.run({
      program: 'ssh',
      args: ['-o', 'IdentityAgent=SSH_AUTH_SOCK', '-A', ...made.client, 'root@127.0.0.1', 'echo "[$SSH_AUTH_SOCK]"'],
      env: { SSH_AUTH_SOCK: socket },
      timeoutMs: 20_000,
    });
    expect(outcome.exitCode).toBe(0);
    if (allowed) expect(outcome.stdout).toMatch(/^\[\/tmp\/ssh-.*\]$/m);
    else expect(outcome.stdout).toBe('[]\n');
  });
});

describe('H35 in the jail', () => {
  it('X11 (-X) is refused', async () => {
    const made = await openTestDoor({ jailed: true });
    const outcome = await made.runner.run({
      program: 'ssh',
      args: [...made.client, '-v', '-X', 'root@127.0.0.1', 'echo "[$DISPLAY]"'],
      env: { DISPLAY: '127.0.0.1:77' },
      timeoutMs: 20_000,
    });
    expect(outcome.stdout).toBe('[]\n');
    expect(outcome.stderr).toMatch(/X11 forwarding request failed/);
  });

  it('a tunnel (-w) is refused', async () => {
    const made = await openTestDoor({ jailed: true });
    const ssh = await forwarding(made, ['-o', 'Tunnel=ethernet', '-w', 'any:any']);
    expect(await ssh.exited).toEqual([255, null]);
    expect(ssh.said()).toMatch(
      /Tunnel forwarding failed|administratively prohibited|Could not request tunnel forwarding/,
    );
  });

  it('the user sees the image root and nothing else, by ssh and by sftp', async () => {
    const made = await openTestDoor({ jailed: true });
    const outcome = await made.ssh('pwd; ls -d /boot/vmlinuz /home /var/lib/ims-test 2>/dev/null');
    expect(outcome.stdout.split('\n')).toEqual(['/root', '/boot/vmlinuz', '']);
    const sftp = await made.runner.run({
      program: 'sftp',
      args: ['-b', '-', ...made.client.map((word) => (word === '-p' ? '-P' : word)), 'root@127.0.0.1'],
      input: 'ls -1 /boot\n',
      timeoutMs: 20_000,
    });
    expect(sftp.stdout).toContain('/boot/vmlinuz');
  });
});
