// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { cleanUp } from '@ims/testing';
import { afterEach, describe, expect, it } from 'vitest';

import { refusal, render, type Values } from './charts.ts';
import { customize } from './job-object.ts';

afterEach(cleanUp);

const KEY = 'ssh-ed25519 AAAA me@here';
const NO_KEY = 'no public key of OpenSSH, as ssh-ed25519 AAAA… (--set-file ssh.publicKey=$HOME/.ssh/id_ed25519.pub)';

describe('values that cannot be meant', () => {
  it('are named all at once, each with its mend', async () => {
    const said = await refusal('ims-job', {});
    expect(said).toContain('job.id is missing');
    expect(said).toContain('--set-file ssh.publicKey=');
    expect(said).toContain('source.url is missing');
    expect(said).toContain('result.name is missing');
  });

  it.each<[string, Values, string]>([
    ['a misspelt key', { ...customize(), jobs: {} }, "'jobs'"],
    ['a misspelt key below another', customize({ job: { jailed: true } }), "'jailed'"],
    ['a word in the place of a truth', customize({ job: { jail: 'True' } }), "'/job/jail': got string, want boolean"],
    [
      'a number in the place of a name',
      customize({ result: { name: 1.5 } }),
      "'/result/name': got number, want string",
    ],
    ['an architecture that nobody knows', customize({ job: { arch: 'arm64' } }), "'x86_64', 'aarch64'"],
    ['a path in the place of a file name', customize({ result: { kernel: '/boot/vmlinuz' } }), "'/result/kernel'"],
    ['a level that no compressor has', customize({ result: { compression: 'gzip:10' } }), "'/result/compression'"],
    ['a block of no size', customize({ result: { blockSize: 'large' } }), "'/result/blockSize'"],
    ['two sources', customize({ source: { secret: 's' } }), 'source.url and source.secret are both given'],
    ['IMS without S3', customize({ store: { bucket: '' } }), 'set ims.enabled=false'],
    ['a source of a created image', customize({ job: { action: 'create' } }), 'job.action is create'],
    ['a port that is none', customize({ metrics: { port: 65536 } }), "'/metrics/port'"],
    ['a service of no type', customize({ service: { type: 'ExternalName' } }), "'ClusterIP', 'LoadBalancer'"],
    ['a minute that is none', customize({ job: { activeDeadlineSeconds: 59 } }), "'/job/activeDeadlineSeconds'"],
  ])('like %s are refused', async (_what, values, why) => {
    expect(await refusal('ims-job', values)).toContain(why);
  });

  it.each<[string, Readonly<Record<string, Values>>, string]>([
    [
      'an id that is none',
      { job: { id: 'my-job' } },
      `job.id is "my-job", which is no UUID: give the id that IMS has for the job, or with ims.enabled=false any (--set job.id=$(node -p 'crypto.randomUUID()'))`,
    ],
    [
      'an md5 that is none',
      { source: { md5: 'D41D8CD98F00B204E9800998ECF8427E' } },
      'source.md5 is "D41D8CD98F00B204E9800998ECF8427E", which is no md5: give 32 digits of lower-case hex, as md5sum prints them, or nothing',
    ],
    [
      'a script that no program reads',
      { ssh: { customizationScript: 'zypper in x' } },
      'ssh.customizationScript does not begin with #!: name in its first line the program that runs it, as #!/bin/sh',
    ],
    [
      'a port that the shell has',
      { metrics: { port: 22 } },
      'metrics.port is 22, which is the port of the shell: give another from 1024 on, as 9464',
    ],
    [
      'a port of the system',
      { metrics: { enabled: true, port: 80 } },
      'metrics.port is 80, which the agent may have no right to open: give one from 1024 on, as 9464',
    ],
    [
      'a private key',
      { ssh: { publicKey: '-----BEGIN OPENSSH PRIVATE KEY-----\nsecret\n' } },
      'ssh.publicKey is a private key: give the file beside it, whose name ends in .pub',
    ],
    [
      'the path of a key in its place',
      { ssh: { publicKey: '/root/.ssh/id_ed25519.pub' } },
      `ssh.publicKey, line 1: ${NO_KEY}`,
    ],
    [
      'a key among others that ends early',
      { ssh: { publicKey: `${KEY}\n# mine\nssh-rsa\n\nssh-rsa BBBB\n` } },
      `ssh.publicKey, line 3, 5: ${NO_KEY}`,
    ],
    [
      'modules of a kernel that is the one of the node',
      { job: { dkms: true }, runtimeClass: { dkms: '' } },
      'runtimeClass.dkms is empty: whoever logs in would be root of the node; name a class with a kernel of its own, as kata-qemu, or say runtimeClass.hostKernel=true',
    ],
    [
      'an emulator in the kernel of the node',
      { job: { arch: 'aarch64' }, runtimeClass: { aarch64: '' } },
      'runtimeClass.aarch64 is empty: whoever logs in would be root of the node',
    ],
  ])('like %s are refused in a sentence', async (_what, values, why) => {
    const said = await refusal('ims-job', customize(values));
    expect(said).toContain(`\n  ${why}`);
    expect(said).not.toContain('secret');
    // One thing is wrong, and one line says so.
    expect(
      said
        .trim()
        .split('\n')
        .filter((line) => line.startsWith('  ')),
    ).toHaveLength(1);
  });

  it.each([
    ['of hardware', 'sk-ssh-ed25519@openssh.com AAAAGnNr me'],
    ['of a curve', 'ecdsa-sha2-nistp256 AAAAE2Vj== me'],
    ['with a certificate', 'ssh-ed25519-cert-v01@openssh.com AAAAIHNz'],
    ['with options', 'from="10.0.0.0/8",no-pty ssh-rsa AAAAB3Nz me'],
    ['from Windows', 'ssh-ed25519 AAAA me\r\nssh-rsa AAAAB3Nz\r\n'],
  ])('are told from a key %s, which is taken', async (_what, publicKey) => {
    expect(await render('ims-job', customize({ ssh: { publicKey } }))).not.toEqual([]);
  });
});
