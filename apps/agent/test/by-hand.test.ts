// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';

import { cleanUp, createVolume, freePort, runProgram, type Program, type ProgramEnd, type Volume } from '@ims/testing';
import { afterEach, describe, expect, it } from 'vitest';

const run = promisify(execFile);

afterEach(cleanUp);

interface Agent {
  readonly volume: Volume;
  readonly store: string;
  /** Runs `ims-agent COMMAND VOLUME`. */
  readonly call: (command: string, env?: Record<string, string>) => Promise<Program & { end: ProgramEnd }>;
}

async function createAgent(action: 'create' | 'customize' = 'create'): Promise<Agent> {
  const volume = await createVolume({ action });
  const store = `${volume.scratch}/store`;
  const base = {
    IMS_ACTION: action,
    IMS_JOB_ID: '0a1b2c3d-0000-4000-8000-00000000abcd',
    IMAGE_ROOT_ARCHIVE_NAME: 'by hand',
    KERNEL_PARAMETERS_FILENAME: 'kernel-parameters',
    IMS_STORE: store,
    IMS_CA_DIR: `${volume.scratch}/ca`,
    IMS_CONFIG_DIR: volume.config,
    IMS_TERMINATION_LOG: `${volume.scratch}/termination`,
  };
  const call: Agent['call'] = async (command, env = {}) =>
    await runProgram({ app: 'agent', args: [command, volume.parent], env: { ...base, ...env } });
  return { volume, store, call };
}

const answerOf = (program: Program): Record<string, unknown> =>
  JSON.parse(program.stdout.trimEnd().split('\n').at(-1) ?? '') as Record<string, unknown>;

const steps = async ({ volume }: Agent): Promise<unknown[]> => {
  const text = await readFile(`${volume.layout.private}/journal.jsonl`, 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { step: unknown }).step);
};

describe('ims-agent package', () => {
  it('packs without storing anything, and says what it packed with true checksums', async () => {
    const agent = await createAgent();
    const packed = await agent.call('package', { S3_BUCKET: 'boot-images' });
    expect([packed.end.code, packed.stderr]).toEqual([0, expect.any(String)]);
    const answer = answerOf(packed);
    const bytes = await readFile(agent.volume.layout.archive);
    expect(answer).toMatchObject({
      archive: agent.volume.layout.archive,
      size: bytes.length,
      md5: createHash('md5').update(bytes).digest('hex'),
      sha256: createHash('sha256').update(bytes).digest('hex'),
    });
    await expect(readFile(agent.store)).rejects.toThrow('ENOENT');
    expect(await steps(agent)).toEqual(['opened', 'closed', 'packed']);
  });

  it('refuses what a squashfs cannot hold before it packs, and says what would be lost', async () => {
    const agent = await createAgent();
    const { imageRoot } = agent.volume;
    await run('setfacl', ['-m', 'u:7:r', `${imageRoot}/etc/passwd`]);
    const names = Array.from({ length: 21 }, () => 'd'.repeat(200));
    const script = 'cd "$0" && for d in "$@"; do mkdir "$d" && cd -P "$d" || exit; done';
    await run('sh', ['-c', script, imageRoot, ...names]);
    const refused = await agent.call('package');
    expect(refused.end.code).toBe(30);
    expect(refused.stderr).toMatch(/a path of more than \d+ bytes, which cannot be packed: \/dddd/);
    expect(refused.stderr).toMatch(/system\.posix_acl_access\): \/etc\/passwd; they are lost/);
    expect(await steps(agent)).not.toContain('packed');
  });

  it('serves no metrics: only a job as a whole does', async () => {
    const agent = await createAgent();
    const packed = await agent.call('package', { IMS_METRICS_PORT: String(await freePort()) });
    expect(packed.end.code).toBe(0);
    expect(packed.stderr).not.toContain('metrics');
  });

  it('opens no shell for a customize job either, and puts its image in order', async () => {
    const agent = await createAgent('customize');
    await writeFile(`${agent.volume.imageRoot}/tmp/complete`, '');
    const packed = await agent.call('package');
    expect(packed.end.code).toBe(0);
    const { stdout } = await run('unsquashfs', ['-l', agent.volume.layout.archive]);
    expect(stdout).not.toContain('tmp/complete');
  });

  it('H10 refuses an image root without a kernel, and packs when it is there', async () => {
    const agent = await createAgent();
    const kernel = `${agent.volume.imageRoot}/boot/vmlinuz`;
    const bytes = await readFile(kernel);
    await rm(kernel);
    const refused = await agent.call('package');
    expect([refused.end.code, refused.stdout]).toEqual([30, '']);
    expect(refused.stderr).toContain('vmlinuz');
    await writeFile(kernel, bytes);
    expect((await agent.call('package')).end.code).toBe(0);
  });
});

describe('how the published root is packed', () => {
  const rootfsOf = async (agent: Agent, env: Record<string, string> = {}): Promise<string> => {
    const { end, stderr } = await agent.call('run', env);
    expect([end.code, stderr]).toEqual([0, expect.any(String)]);
    const [id = ''] = (await run('ls', [agent.store])).stdout.split('\n');
    return (await run('unsquashfs', ['-s', `${agent.store}/${id}/rootfs`])).stdout;
  };

  it('is zstd level 9 in blocks of 128 KiB, for unsquashfs as well, when the kernel of the image can read it', async () => {
    const agent = await createAgent();
    const { imageRoot } = agent.volume;
    await writeFile(`${imageRoot}/boot/config-6.1`, 'CONFIG_SQUASHFS=m\nCONFIG_SQUASHFS_ZSTD=y\n');
    const told = await rootfsOf(agent);
    expect(told).toMatch(/^Compression zstd$/m);
    expect(told).toMatch(/^\s*compression-level 9$/m);
    expect(told).toMatch(/^Block size 131072$/m);
  });

  it.each([
    [{ IMS_SQUASHFS_COMPRESSION: 'zstd:3', IMS_SQUASHFS_BLOCK_SIZE: '1M' }, ['zstd', 3, 1048576]],
    [{ IMS_SQUASHFS_COMPRESSION: 'gzip:1', IMS_SQUASHFS_BLOCK_SIZE: '65536' }, ['gzip', 1, 65536]],
  ])('is what %j ask for', async (env, wanted) => {
    const told = await rootfsOf(await createAgent(), env);
    const [name, level, bytes] = wanted.map(String);
    expect(told).toMatch(new RegExp(`^Compression ${name ?? ''}$`, 'm'));
    expect(told).toMatch(new RegExp(`^\\s*compression-level ${level ?? ''}$`, 'm'));
    expect(told).toMatch(new RegExp(`^Block size ${bytes ?? ''}$`, 'm'));
  });

  it('is refused with code 2 and one line before anything is packed, naming every variable that cannot be', async () => {
    const agent = await createAgent();
    const wrong = { IMS_SQUASHFS_COMPRESSION: 'xz:9', IMS_SQUASHFS_BLOCK_SIZE: '100K' };
    const { end, stderr } = await agent.call('run', wrong);
    expect(end.code).toBe(2);
    expect(stderr).toContain('IMS_SQUASHFS_COMPRESSION is \\"xz:9\\"');
    expect(stderr).toContain('IMS_SQUASHFS_BLOCK_SIZE is \\"100K\\"');
    await expect(readFile(agent.volume.layout.archive)).rejects.toThrow('ENOENT');
  });
});

describe('ims-agent publish', () => {
  it('H20 stores and registers what was packed; verify then reads all of it back', async () => {
    const agent = await createAgent();
    await agent.call('package');
    const published = await agent.call('publish');
    expect(published.end.code).toBe(0);
    const { image, manifest, artifacts } = answerOf(published);
    expect(manifest).toBe(`${agent.store}/${String(image)}/manifest.json`);
    expect(artifacts).toHaveLength(4);
    const verified = await runProgram({ app: 'agent', args: ['verify', String(manifest)] });
    expect([verified.end.code, answerOf(verified)]).toMatchObject([0, { manifest, verified: { length: 4 } }]);
    const again = await agent.call('publish');
    expect([again.end.code, answerOf(again)]).toEqual([0, answerOf(published)]);
    expect((await agent.call('package')).end.code).toBe(2);
  });

  it('leaves the same journal and the same image as run', async () => {
    const [byHand, atOnce] = [await createAgent(), await createAgent()];
    await byHand.call('package');
    const published = await byHand.call('publish');
    expect((await atOnce.call('run')).end.code).toBe(0);
    const [ours, theirs] = [await steps(byHand), await steps(atOnce)];
    expect([...ours].sort()).toEqual([...theirs].sort());
    const status = await readFile(`${byHand.volume.layout.private}/status.json`, 'utf8');
    const { history } = JSON.parse(status) as { history: [string, string][] };
    expect(history.map(([phase]) => phase).join()).toMatch(/Packaging,Starting,Uploading,Registering,Succeeded$/);
    const record = `${String(answerOf(published)['image'])}/image.json`;
    const names = await Promise.all(
      [byHand, atOnce].map(async ({ store }) => {
        const { name, id } = JSON.parse(await readFile(`${store}/${record}`, 'utf8')) as Record<string, unknown>;
        return [name, id];
      }),
    );
    expect(names[0]).toEqual(names[1]);
  });

  it('refuses a volume on which nothing is packed, and changes nothing', async () => {
    const agent = await createAgent();
    const refused = await agent.call('publish');
    expect([refused.end.code, refused.stdout]).toEqual([2, '']);
    expect(refused.stderr).toContain('ims-agent package');
  });
});

describe('ims-agent verify', () => {
  it('H20 fails when one byte of an artifact differs, and names it', async () => {
    const agent = await createAgent();
    await agent.call('run');
    const [id = ''] = (await run('ls', [agent.store])).stdout.split('\n');
    await appendFile(`${agent.store}/${id}/initrd`, 'x');
    const args = ['verify', `${agent.store}/${id}/manifest.json`];
    const differs = await runProgram({ app: 'agent', args });
    expect([differs.end.code, differs.stdout]).toEqual([41, '']);
    expect(differs.stderr).toContain(`${agent.store}/${id}/initrd`);
  });

  it('tells what cannot be read from what differs', async () => {
    const unreadable = await runProgram({ app: 'agent', args: ['verify', '/nowhere/manifest.json'] });
    expect(unreadable.end.code).toBe(40);
    const keyless = await runProgram({ app: 'agent', args: ['verify', 's3://boot-images/i/manifest.json'] });
    expect([keyless.end.code, keyless.stderr]).toEqual([2, expect.stringContaining('S3_ACCESS_KEY')]);
  });

  it.each(['run', 'resume', 'package', 'publish', 'verify'])(
    'and its siblings show an example: %s',
    async (command) => {
      const help = await runProgram({ app: 'agent', args: [command, '--help'] });
      expect(help.stdout).toContain(`ims-agent ${command}`);
      expect(help.stdout).toContain('Example:');
    },
  );
});

describe('ims-agent resume', () => {
  it('refuses an image root of which the machine may have lost a part, and keeps what lies there', async () => {
    const agent = await createAgent('customize');
    const job = '0a1b2c3d-0000-4000-8000-00000000abcd';
    const note = { job, progress: 'prepared', durable: false, boot: 'of an earlier start' };
    await mkdir(agent.volume.layout.private, { recursive: true, mode: 0o700 });
    await writeFile(`${agent.volume.layout.private}/prepare.json`, JSON.stringify(note));
    await writeFile(`${agent.volume.imageRoot}/made`, 'by a user\n');
    const resumed = await agent.call('resume', { IMS_REGISTRY: 'none' });
    expect(resumed.end.code).toBe(30);
    expect(resumed.stdout + resumed.stderr).toContain('was started anew');
    expect(await readFile(`${agent.volume.imageRoot}/made`, 'utf8')).toBe('by a user\n');
  });
});
