// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFile, stat, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { cleanUp } from '@ims/testing';

import { CUSTOMIZED_PATHS, CUSTOMIZING, plantAttributes } from './support/customizing.ts';
import { CERTIFICATE, POD_RESOLV_CONF } from './support/job.ts';
import { openPair, type Pair } from './support/pair.ts';
import { publishedImage, sumsOf, unpack } from './support/published.ts';
import { attributesOf, changedPaths, describeTree, type TreeEntry } from './support/tree.ts';

/** What the pod and its cluster give to the sshd container. */
const CONTAINER = {
  KUBERNETES_SERVICE_HOST: '10.96.0.1',
  SITE_MOTTO: `"it's" 50 % $HOME # done`,
  SITE_PROXY: 'proxy.example:3128',
  https_proxy: 'http://gateway.example:3128',
  HOME: '/somewhere/else',
  S3_SECRET_KEY: 'given by mistake',
};

describe.each([
  { shell: 'a jailed shell', jailed: true },
  { shell: 'a shell that is not jailed', jailed: false },
])('customizing from $shell', ({ jailed }) => {
  let pair: Pair;
  let before: ReadonlyMap<string, TreeEntry>;
  let unpacked: string;
  let image: Awaited<ReturnType<typeof publishedImage>>;
  let ends: Awaited<ReturnType<Pair['ends']>>;
  let inTheShell: string;

  beforeAll(async () => {
    const prepare = async (volume: Pair['volume']): Promise<void> => {
      await plantAttributes(volume);
      await writeFile(`${volume.imageRoot}/usr/share/to-go`, '');
      before = describeTree(volume.imageRoot);
    };
    const sshdEnv = { ...CONTAINER, IMS_SHELL_VARIABLES: 'SITE_PROXY' };
    pair = await openPair({ jailed, prepare, sshdEnv });
    const root = jailed ? '' : pair.volume.imageRoot;
    inTheShell = (await pair.ssh(`env; cat ${root}/etc/resolv.conf ${root}/etc/cray/ca/*`)).stdout;
    const said = await pair.ssh('bash -s', `R=${root}\n${CUSTOMIZING}\n`);
    expect(said).toMatchObject({ code: 0, stderr: '' });
    await pair.sftp(`put ${pair.job.key}.pub ${root}/root/by-sftp\n`);
    await pair.ssh(`touch ${jailed ? '/tmp' : pair.volume.parent}/complete`);
    ends = await pair.ends();
    image = await publishedImage(pair.job);
    unpacked = await unpack(pair.job);
  });
  afterAll(cleanUp);

  it('ends both programs with 0 and the status with Succeeded', async () => {
    expect(ends).toEqual({ agent: 0, sshd: 0 });
    const { phase, history, imageName, pair: peer } = await pair.status();
    expect({ phase, imageName, peer }).toEqual({ phase: 'Succeeded', imageName: 'an image', peer: 'ims-sshd/1.0.0' });
    const order = ['Starting', 'WaitingOnUser', 'Validating', 'Packaging', 'Uploading', 'Registering', 'Succeeded'];
    expect(history.map(([name]) => name)).toEqual(order);
  });

  it('shows the user what the container was given; in the jail only what is listed', () => {
    const { KUBERNETES_SERVICE_HOST, SITE_MOTTO, SITE_PROXY, https_proxy } = CONTAINER;
    const open = { KUBERNETES_SERVICE_HOST, SITE_MOTTO, SSHD_CONFIG_FILE: `${pair.volume.config}/sshd_config` };
    const everywhere = { SITE_PROXY, https_proxy, IMS_ACTION: 'customize', SSH_JAIL: jailed ? 'True' : 'False' };
    const lines = inTheShell.split('\n');
    for (const variable of Object.entries(everywhere)) expect(lines).toContain(variable.join('='));
    for (const variable of Object.entries(open)) expect(lines.includes(variable.join('='))).toBe(!jailed);
    // A login makes its own, and a secret is nobody's.
    expect(inTheShell).not.toMatch(/somewhere\/else|given by mistake/);
  });

  it('publishes exactly what the image root holds when the user has said complete', async () => {
    expect([...describeTree(unpacked)]).toEqual([...describeTree(pair.volume.imageRoot)]);
  });

  it('changes nothing in the image but what the user changed, and the CA', () => {
    const ca = ['etc/cray', 'etc/cray/ca', 'etc/cray/ca/certificate_authority.crt'];
    const expected = [...CUSTOMIZED_PATHS, ...ca, 'root/by-sftp'].sort();
    expect(changedPaths(before, describeTree(unpacked))).toEqual(expected);
  });

  it('keeps owners, modes, times, devices, fifos and links as the user made them', () => {
    const made = describeTree(`${unpacked}/opt/made`);
    const shape = (name: string): unknown => {
      const { mode, owner, content } = made.get(name) ?? { mode: 'gone', owner: '', content: '' };
      return `${mode} ${owner} ${/^[0-9a-f]{64}$/.test(content) ? '' : content}`.trim();
    };
    expect(shape('plain')).toBe('100640 1234:5678');
    expect(made.get('plain')?.modified).toBe(Date.UTC(2001, 1, 3, 4, 5, 6) / 1000);
    expect([shape('setuid'), shape('setgid'), shape('sticky')]).toEqual(['104755 0:0', '102711 0:0', '41777 0:0']);
    expect(shape('character')).toBe(`20644 0:0 device ${String((4 << 8) | 64)}`);
    expect(shape('block')).toBe(`60600 0:0 device ${String((7 << 8) | 3)}`);
    expect(shape('fifo')).toBe('10620 0:0');
    expect(shape('dangling')).toBe('120777 77:88 nowhere');
    expect([shape('relative'), shape('absolute')]).toEqual(['120777 0:0 ../../etc/passwd', '120777 0:0 /etc/passwd']);
  });

  it('keeps hard links as one file', () => {
    const made = describeTree(`${unpacked}/opt/made`);
    expect(['first', 'second', 'away/third'].map((name) => made.get(name)?.same)).toEqual(Array(3).fill('away/third'));
  });

  it('keeps a sparse file, holes and all', async () => {
    const { size, blocks } = await stat(`${unpacked}/opt/made/sparse`);
    expect(size).toBe(8 * 1024 * 1024 + 4);
    expect(blocks * 512).toBeLessThan(2 * 1024 * 1024);
    expect((await readFile(`${unpacked}/opt/made/sparse`)).subarray(-4).toString()).toBe('end\n');
  });

  it('keeps extended attributes: of users, of root, and capabilities', async () => {
    const attributes = await attributesOf(`${unpacked}/var/with-attributes`);
    for (const name of ['user.ims.test', 'trusted.ims.test', 'security.capability']) expect(attributes).toContain(name);
    expect(attributes).toBe(await attributesOf(`${pair.volume.imageRoot}/var/with-attributes`));
  });

  it('names every artifact in the manifest with the sums that other programs compute', async () => {
    const files = ['rootfs', 'kernel', 'initrd', 'boot_parameters'];
    const computed = await Promise.all(files.map(async (name) => await sumsOf(`${image.directory}/${name}`)));
    expect(image.manifest.artifacts.map(({ md5, sha256, size }) => ({ md5, sha256, size }))).toEqual(computed);
    const links = image.manifest.artifacts.map(({ link }) => link.path);
    expect(links).toEqual(files.map((name) => `${image.directory}/${name}`));
    const sources = ['boot/vmlinuz', 'boot/initrd', 'boot/kernel-parameters'];
    const wanted = await Promise.all(sources.map(async (name) => await sumsOf(`${pair.volume.imageRoot}/${name}`)));
    expect(computed.slice(1)).toEqual(wanted);
  });

  it('H41 links the image record to the manifest, and the status names both', async () => {
    const status = await pair.status();
    const manifest = `${image.directory}/manifest.json`;
    const { md5 } = await sumsOf(manifest);
    expect(image.record).toMatchObject({ id: image.id, name: 'an image', arch: 'x86_64' });
    expect(image.record.link).toEqual({ path: manifest, type: 'file', etag: md5 });
    expect(status).toMatchObject({ imageId: image.id, manifest });
    expect(status.artifacts.map(({ name }) => name)).toEqual(['rootfs', 'kernel', 'initrd', 'boot_parameters']);
  });

  it('writes the termination message', async () => {
    const text = await readFile(pair.job.terminationLog, 'utf8');
    const expected = { phase: 'Succeeded', imageId: image.id, manifest: `${image.directory}/manifest.json` };
    expect(JSON.parse(text)).toMatchObject(expected);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(2048);
  });

  it('H24 puts the CA into the image as a plain file', async () => {
    expect(await readFile(`${unpacked}/etc/cray/ca/certificate_authority.crt`, 'utf8')).toBe(CERTIFICATE);
    const entries = describeTree(`${unpacked}/etc/cray/ca`);
    expect([...entries.keys()]).toEqual(['.', 'certificate_authority.crt']);
    expect(entries.get('certificate_authority.crt')).toMatchObject({ mode: '100644', owner: '0:0' });
    expect(inTheShell).toContain(CERTIFICATE);
  });

  it('H22 keeps /tmp at 1777 and leaves nothing of ours in it', () => {
    const published = describeTree(unpacked);
    expect(published.get('tmp')?.mode).toBe('41777');
    expect([...published.keys()].filter((path) => path.startsWith('tmp/'))).toEqual([]);
  });

  it('H1 resolves names in the shell as the pod does, and publishes the resolv.conf of the image', async () => {
    expect(inTheShell).toContain(POD_RESOLV_CONF);
    expect(await readFile(`${unpacked}/etc/resolv.conf`, 'utf8')).toContain('# the own one of the image');
  });

  it('H42 shows the job to its users and has one SetEnv line', async () => {
    for (const line of [`IMS_JOB_ID=${pair.job.id}`, 'IMS_ARCH=x86_64', 'IMS_DKMS_ENABLED=False', 'REMOTE_BUILD_NODE='])
      expect(inTheShell.split('\n')).toContain(line);
    const config = await readFile(`${pair.volume.config}/sshd_config`, 'utf8');
    expect(config.match(/^\s*SetEnv/gim)).toHaveLength(1);
    expect(config.indexOf('SetEnv')).toBeLessThan(config.includes('Match') ? config.indexOf('Match') : Infinity);
  });

  it('H38 says who has logged in and by which key', () => {
    const logins = pair.sshd.lines.filter(({ msg }) => msg?.includes('has logged in') === true);
    expect(logins.length).toBeGreaterThanOrEqual(3);
    expect(logins[0]).toMatchObject({ user: 'root', key: 'user_key', address: '127.0.0.1', keyType: 'ED25519' });
  });
});
