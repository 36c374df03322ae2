// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';

import { cleanUp, createSshKey, temporaryDirectory } from '@ims/testing';

import { startShell, type Shell } from './support/sshd.ts';
import { createStub, listRecord, podRecord, type Stub } from './support/stub.ts';

afterEach(cleanUp);

async function stubFor({ port, hostKey }: Shell, told = hostKey): Promise<Stub> {
  const pods = listRecord(podRecord({ phase: 'WaitingOnUser', 'ssh-host-key': told }));
  return await createStub({ pods, port: String(port) });
}

const as = ({ user }: Shell): string[] => ['--output', 'text', '--identity', user.path];

describe('ssh', () => {
  it('runs a command through a forwarded port, with the host key pinned', async () => {
    const shell = await startShell(true);
    const { run, directory } = await stubFor(shell);
    const said = await run(...as(shell), 'ssh', 'my-job', '--', 'echo', 'here; exit 7');
    expect({ code: said.end.code, stdout: said.stdout.trim() }).toEqual({ code: 7, stdout: 'here' });
    expect(await readFile(`${directory}/asked`, 'utf8')).toContain('port-forward pod/my-job-x7x2p :22');
  });

  it('goes to an address that is given, and to that of a service on a node', async () => {
    const shell = await startShell(true);
    const { run } = await stubFor(shell);
    const given = await run(...as(shell), '--address', `127.0.0.1:${String(shell.port)}`, 'ssh', 'my-job', '--', 'pwd');
    expect(given.end.code).toBe(0);
    const ports = [{ name: 'ssh', port: 22, nodePort: shell.port }];
    const service = { spec: { selector: { app: 'ims-7f1c-customize' }, ports } };
    const pods = listRecord(podRecord({ phase: 'WaitingOnUser', 'ssh-host-key': shell.hostKey }));
    const served = await createStub({ pods, services: listRecord(service) });
    expect((await served.run(...as(shell), 'ssh', 'my-job', '--', 'true')).end.code).toBe(0);
  });

  it('H36 refuses a server that has another key than the pod has told', async () => {
    const shell = await startShell(true);
    const other = await createSshKey(await temporaryDirectory(), 'other');
    const { run } = await stubFor(shell, other.publicKey.split(' ').slice(0, 2).join(' '));
    const said = await run(...as(shell), 'ssh', 'my-job', '--', 'echo', 'here');
    expect(said.end.code).toBe(255);
    expect(said.stdout).toBe('');
    expect(said.stderr).toContain('Host key verification failed');
  });

  it.each(['ssh-ed25519 AAAA\n* ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE', '@cert-authority * ssh-rsa AAAA', 'none'])(
    'H36 takes %j for no host key',
    async (told) => {
      const pods = listRecord(podRecord({ phase: 'WaitingOnUser', 'ssh-host-key': told }));
      const { run } = await createStub({ pods });
      const { stderr } = await run('--output', 'text', 'ssh', 'my-job');
      expect(stderr).toContain('tells as its host key is none');
    },
  );

  it('says that there is no shell yet', async () => {
    const { run } = await createStub({ pods: listRecord(podRecord({ phase: 'Preparing' })) });
    expect((await run('--output', 'text', 'ssh', 'my-job')).stderr).toContain('its phase is Preparing');
  });

  it.each(['-oProxyCommand=x', 'a b', '1.2.3.4:99999', '$(x)'])('refuses %s as an address', async (address) => {
    const key = await createSshKey(await temporaryDirectory(), 'host');
    const hostKey = key.publicKey.split(' ').slice(0, 2).join(' ');
    const { run } = await createStub({
      pods: listRecord(podRecord({ phase: 'WaitingOnUser', 'ssh-host-key': hostKey })),
    });
    expect((await run('--output', 'text', `--address=${address}`, 'ssh', 'my-job')).stderr).toContain('is no address');
  });
});

describe.each([
  { jailed: true, where: '/tmp' },
  { jailed: false, where: '/mnt/image' },
])('complete and fail, jailed: $jailed', ({ jailed, where }) => {
  it('write the flag where the user would', async () => {
    const shell = await startShell(jailed);
    const { run } = await stubFor(shell);
    expect((await run(...as(shell), 'complete', 'my-job')).stdout).toBe('my-job was told: complete\n');
    expect(await readFile(shell.seen(`${where}/complete`), 'utf8')).toBe('');
    const reason = 'the "RPM" is missing; $(touch /tmp/never)';
    expect((await run(...as(shell), 'fail', 'my-job', reason)).end.code).toBe(0);
    expect(await readFile(shell.seen(`${where}/failed`), 'utf8')).toBe(`${reason}\n`);
  });
});
