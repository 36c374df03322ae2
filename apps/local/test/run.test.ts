// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cleanUp, imageTemplate, mountsBelow, processesUnder } from '@ims/testing';
import { afterEach, describe, expect, it } from 'vitest';

import { createBench, onlyJob, published, publishedNames, resultOf, sideLog } from './support/bench.ts';

const run = promisify(execFile);

afterEach(cleanUp);

const MARK = 'echo "$(id -u) in $(ls -d /boot)"; echo made > /etc/made; ls /proc/1 > /dev/null 2>&1 || true';

describe('a job by script', () => {
  it('customizes a jailed root and publishes what the script made, with true checksums', async () => {
    const bench = await createBench();
    const image = await imageTemplate();
    const program = await bench.job(
      ...['run', '--image', image, '--script', await bench.script(MARK), '--output', 'json'],
    );
    const result = resultOf(program);
    expect(program.end).toEqual({ code: 0, signal: null });
    expect(result).toMatchObject({ action: 'customize', outcome: 'Succeeded' });
    expect(await published(bench, result, 'etc/made')).toBe('made\n');
    expect(program.stderr).toContain('0 in /boot');
    expect(result.artifacts.map(({ name }) => name)).toEqual(['rootfs', 'kernel', 'initrd', 'boot_parameters']);
    for (const { path, sha256, size } of result.artifacts) {
      const bytes = await readFile(path);
      expect(bytes.length).toBe(size);
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
    }
    expect(JSON.parse(await readFile(result.manifest ?? '', 'utf8'))).toHaveProperty('artifacts');
    expect(Object.keys(result.timings)).toContain('Packaging');
    // The image that was given is as it was, and the working copy is gone.
    expect(await readdir(join(image, 'etc'))).not.toContain('made');
    expect(await readdir(join(bench.home, 'jobs', result.job, 'volume'))).not.toContain('image-root');
    expect(await processesUnder(bench.home)).toEqual([]);
  });

  it('runs inside the image root without a jail too, and keeps the copy when asked', async () => {
    const bench = await createBench();
    const script = await bench.script(MARK);
    const image = await imageTemplate();
    const program = await bench.job(
      ...['run', '--image', image, '--no-jail', '--keep', '--script', script, '--output', 'json'],
    );
    const result = resultOf(program);
    expect(result.outcome).toBe('Succeeded');
    expect(await published(bench, result, 'etc/made')).toBe('made\n');
    expect(await readdir(join(bench.home, 'jobs', result.job, 'volume/image-root/etc'))).toContain('made');
    expect(await publishedNames(bench, result, 'tmp')).toEqual(['tmp']);
  });

  it('H8 fails when the script does, shows what it said and publishes nothing', async () => {
    const bench = await createBench();
    const script = await bench.script('echo about to fail; exit 3');
    const program = await bench.job(
      ...['run', '--image', await imageTemplate(), '--script', script, '--output', 'json'],
    );
    expect(program.end.code).toBe(12);
    expect(resultOf(program)).toMatchObject({ outcome: 'Failed', reason: 'ScriptFailed', image: null, artifacts: [] });
    expect(program.stderr).toContain('about to fail');
    expect(program.stderr).toContain('the script ended with exit code 3');
    expect(await readdir(join(bench.home, 'images'))).toEqual([]);
    // The user's work survives.
    const job = await onlyJob(bench);
    expect(await readdir(join(bench.home, 'jobs', job, 'volume/image-root'))).toContain('etc');
  });

  it('works on the directory itself when that is asked for, without a mount that others see', async () => {
    const bench = await createBench();
    const own = join(bench.work, 'own');
    await run('cp', ['-a', '--', await imageTemplate(), own]);
    await writeFile(join(own, 'etc/resolv.conf'), 'nameserver 192.0.2.1\n');
    await run('chattr', ['+i', join(own, 'etc/resolv.conf')]);
    await run('chattr', ['+a', join(own, 'tmp')]);
    const program = await bench.job(
      ...['run', '--image', 'own', '--in-place', '--script', await bench.script(MARK), '--output', 'json'],
    );
    expect(program.end.code).toBe(0);
    // Attributes that forbid the job its work are no obstacle.
    expect(await readFile(join(own, 'etc/resolv.conf'), 'utf8')).toBe('nameserver 192.0.2.1\n');
    expect(await readdir(join(own, 'tmp'))).toEqual([]);
    expect(await readFile(join(own, 'etc/made'), 'utf8')).toBe('made\n');
    expect(await published(bench, resultOf(program), 'etc/made')).toBe('made\n');
    expect(await mountsBelow(bench.home)).toEqual([]);
  });

  it('H31 finds nothing of the agent in its environment and no foreign process', async () => {
    const bench = await createBench();
    const script = await bench.script('env; for f in /proc/[0-9]*/cmdline; do tr "\\0" " " < $f; echo; done');
    const program = await bench.job(
      ...['run', '--image', await imageTemplate(), '--no-jail', '--script', script, '--output', 'json'],
    );
    expect(program.end.code).toBe(0);
    const said = program.lines.filter((line) => line['source'] === 'script').map(({ msg }) => msg ?? '');
    expect(said.join('\n')).toContain('IMS_JOB_ID=');
    expect(said.filter((line) => /IMS_STORE|IMS_AUTHORIZED_KEYS|IMS_JOB_HOME|IMS_TEST_RUN/.test(line))).toEqual([]);
    expect(said.filter((line) => line.includes('apps/agent'))).toEqual([]);
  });
});

describe('a create job', () => {
  it('publishes what was built without opening a shell', async () => {
    const bench = await createBench();
    await run('mksquashfs', [
      await imageTemplate(),
      join(bench.work, 'built.sqsh'),
      '-quiet',
      '-no-progress',
      '-comp',
      'lz4',
    ]);
    const program = await bench.job(
      ...[
        'run',
        '--image',
        'built.sqsh',
        '--action',
        'create',
        '--name',
        'über cos',
        '--store',
        'out',
        '--output',
        'json',
      ],
    );
    const result = resultOf(program);
    expect(program.end.code).toBe(0);
    expect(result).toMatchObject({ action: 'create', outcome: 'Succeeded' });
    expect(result.manifest).toContain(join(bench.work, 'out'));
    expect(await published(bench, result, 'etc/os-release')).toContain('IMS test image');
    expect(await sideLog(bench, result.job, 'sshd')).not.toContain('Opening');
  });
});

describe('a wrong command line', () => {
  it('is told in one go and changes nothing', async () => {
    const bench = await createBench();
    const program = await bench.job('run', '--image', 'absent', '--action', 'destroy');
    expect(program.end.code).toBe(2);
    expect(program.stderr).toContain('--action is');
    expect(program.stderr).toContain('absent does not exist');
    expect(await readdir(bench.work)).toEqual([]);
  });

  it('has its unknown flags named', async () => {
    const bench = await createBench();
    const program = await bench.job('run', '--imgae', 'x');
    expect(program.end.code).toBe(2);
    expect(program.stderr).toContain('--image');
  });
});
