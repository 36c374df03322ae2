// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { chmod, stat, writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';

import { createRunner } from '@ims/process';
import { silentLogger } from '@ims/runtime';
import { cleanUp, createSshKey, temporaryDirectory } from '@ims/testing';

import {
  addProbeKey,
  keysFileOfRoot,
  probeLine,
  removeProbeKeys,
  withoutProbeLines,
  withProbeLine,
} from '../src/authorized-keys.ts';
import { ensureHostKeys, readHostKeys } from '../src/host-keys.ts';
import { createKeyNames } from '../src/key-names.ts';
import { parsePublicKey, parsePublicKeys } from '../src/public-key.ts';
import { textOf } from './support/test-door.ts';

afterEach(cleanUp);

const BLOB = 'AAAAC3NzaC1lZDI1NTE5AAAAIBv8ywn0v5Jr3Yk4k0Wb0Y1m6iJx8y2k4m6n8p0r2t4v';
const runner = createRunner({ logger: silentLogger });
const LINE = probeLine({
  publicKey: `ssh-ed25519 ${BLOB}`,
  from: ['127.0.0.1', '::1'],
  until: new Date('2026-11-23T05:06:07Z'),
});

describe('a public key line', () => {
  it.each([
    `ssh-ed25519 ${BLOB} alice@host one`,
    `restrict,pty ssh-ed25519 ${BLOB} alice@host one`,
    `command="echo \\"ssh-rsa AAAA\\" hi",no-pty ssh-ed25519 ${BLOB} alice@host one`,
    `  from="10.0.0.0/8, x" \tssh-ed25519 ${BLOB} alice@host one\r`,
  ])('is found behind its options: %s', (line) => {
    expect(parsePublicKey(line)).toMatchObject({ type: 'ssh-ed25519', blob: BLOB, comment: 'alice@host one' });
  });

  it.each(['', '# ssh-ed25519 AAAA', 'nonsense', 'ssh-ed25519', 'ssh-ed25519 not-base64!'])(
    'is not seen in %j',
    (line) => {
      expect(parsePublicKey(line)).toBeUndefined();
    },
  );

  it('never throws, and a comment stays on its line', () => {
    fc.assert(fc.property(fc.string(), (line) => parsePublicKey(line)?.comment.includes('\n') !== true));
    expect(parsePublicKey(`ssh-ed25519 ${BLOB} a\u001b[2Jb`)?.comment).toBe('a[2Jb');
  });

  it('has the fingerprint that ssh-keygen says', async () => {
    const directory = await temporaryDirectory('keys');
    const key = await createSshKey(directory, 'bob');
    const said = await runner.run({ program: 'ssh-keygen', args: ['-l', '-f', `${key.path}.pub`] });
    expect(said.stdout).toContain(parsePublicKey(key.publicKey)?.fingerprint);
  });

  it('H38 is remembered by its fingerprint, also after it is gone', () => {
    const names = createKeyNames();
    const [key] = parsePublicKeys(`ssh-ed25519 ${BLOB} carol\n`);
    names.learn(`ssh-ed25519 ${BLOB} carol\n`);
    names.learn('');
    expect(names.commentOf(key?.fingerprint ?? '')).toBe('carol');
    expect(names.commentOf('SHA256:other')).toBeUndefined();
  });
});

describe("the probe's line", () => {
  it('lets in nobody but the probe, for a few minutes', () => {
    expect(LINE).toBe(`restrict,from="127.0.0.1,::1",expiry-time="20261123050607Z" ssh-ed25519 ${BLOB} ims-probe`);
  });

  it('comes and goes without touching any other line', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('ssh-ed25519 AAAA x', '# ims-probe', '', 'ssh-rsa AAAA ims-probe')),
        (given) => {
          const text = given.map((line) => `${line}\n`).join('');
          expect(withoutProbeLines(withProbeLine(text, LINE))).toBe(text);
          expect(withoutProbeLines(withProbeLine(withProbeLine(text, LINE), LINE))).toBe(text);
        },
      ),
    );
    expect(withoutProbeLines(withProbeLine('no line end', LINE))).toBe('no line end\n');
  });

  it('keeps the mode of the file, and a new file is for root only', async () => {
    const directory = await temporaryDirectory('keys');
    const file = `${directory}/authorized_keys`;
    await addProbeKey(file, LINE);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    await writeFile(file, 'ssh-rsa AAAA x\n');
    await chmod(file, 0o644);
    await addProbeKey(file, LINE);
    expect((await stat(file)).mode & 0o777).toBe(0o644);
    await removeProbeKeys(file);
    expect(await textOf(file)).toBe('ssh-rsa AAAA x\n');
  });

  it('goes to the file that sshd reads for root', () => {
    expect(keysFileOfRoot('/etc/cray/ims/authorized_keys')).toBe('/etc/cray/ims/authorized_keys');
    expect(keysFileOfRoot('.ssh/authorized_keys')).toBe('/root/.ssh/authorized_keys');
    expect(keysFileOfRoot('/k/%u%%%U')).toBe('/k/root%0');
    expect(keysFileOfRoot('%h/.k')).toBe('/root/.k');
  });
});

describe('host keys', () => {
  it('H9 are made where they are missing and kept where they are', async () => {
    const directory = await temporaryDirectory('keys');
    const paths = ['rsa', 'ecdsa', 'ed25519'].map((type) => `${directory}/new/ssh_host_${type}_key`);
    await ensureHostKeys({ runner, logger: silentLogger, paths: [], directory: `${directory}/new` });
    const first = await readHostKeys({ runner, logger: silentLogger, paths });
    await ensureHostKeys({ runner, logger: silentLogger, paths });
    const second = await readHostKeys({ runner, logger: silentLogger, paths });
    expect(second).toEqual(first);
    expect(first.map(({ type }) => type)).toEqual(['ssh-ed25519', 'ssh-rsa', 'ecdsa-sha2-nistp256']);
    expect((await stat(paths[0] ?? '')).mode & 0o777).toBe(0o600);
  });

  it('are made anew when a full disk left an empty file, and get a lost public half back', async () => {
    const directory = await temporaryDirectory('keys');
    const path = `${directory}/host_ed25519`;
    await writeFile(path, '');
    await ensureHostKeys({ runner, logger: silentLogger, paths: [path] });
    const [made] = await readHostKeys({ runner, logger: silentLogger, paths: [path] });
    await writeFile(`${path}.pub`, '');
    const [again] = await readHostKeys({ runner, logger: silentLogger, paths: [path] });
    expect(again?.fingerprint).toBe(made?.fingerprint);
  });

  it('that cannot be made are told with what ssh-keygen said', async () => {
    const directory = await temporaryDirectory('keys');
    await expect(
      ensureHostKeys({
        runner: { run: async () => await runner.run({ program: 'ssh-keygen', args: ['-t', 'nonsense'] }) },
        logger: silentLogger,
        paths: [`${directory}/key`],
      }),
    ).rejects.toMatchObject({ reason: 'SshdRefused', message: expect.stringContaining('nonsense') as string });
  });
});
