// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { join } from 'node:path';
import { cleanUp, eventually, imageTemplate } from '@ims/testing';
import { afterEach, describe, expect, it } from 'vitest';

import { createBench, loginCommand, onlyJob, published, resultOf, typed, untilQuiet } from './support/bench.ts';

afterEach(cleanUp);

describe('a job for a person', () => {
  it('tells a command line that works as it stands, and publishes what was done there', async () => {
    const bench = await createBench();
    const program = bench.start('run', '--image', await imageTemplate(), '--output', 'json');
    const ssh = await loginCommand(program);
    await typed(`${ssh} 'echo by hand > /etc/made'`);
    const list = await bench.job('list', '--output', 'json');
    expect(JSON.parse(list.stdout)).toMatchObject([{ phase: 'WaitingOnUser', running: true }]);
    await typed(`${ssh} touch /tmp/complete`);
    expect(await program.ended).toEqual({ code: 0, signal: null });
    expect(await published(bench, resultOf(program), 'etc/made')).toBe('by hand\n');
  });

  it('H6 is stopped by Ctrl-C, leaves no process, and is resumed with all that was done', async () => {
    const bench = await createBench();
    const program = bench.start('run', '--image', await imageTemplate(), '--output', 'json');
    await typed(`${await loginCommand(program)} 'echo before > /etc/made'`);
    program.kill('SIGINT');
    expect(await program.ended).toEqual({ code: 130, signal: null });
    expect(program.stderr).toContain(`resume ${await onlyJob(bench)}`);
    expect(resultOf(program)).toMatchObject({ outcome: 'Interrupted', image: null });
    await untilQuiet(bench);

    const resumed = bench.start('resume', (await onlyJob(bench)).slice(0, 8), '--output', 'json');
    await typed(`${await loginCommand(resumed)} touch /tmp/complete`);
    expect(await resumed.ended).toEqual({ code: 0, signal: null });
    expect(await published(bench, resultOf(resumed), 'etc/made')).toBe('before\n');
    const again = await bench.job('resume', await onlyJob(bench));
    expect(again.end.code).toBe(2);
    expect(again.stderr).toContain('has published its image already');
  });

  it('H6 is ended at once by a second signal, says what is left, and leaves no process', async () => {
    const bench = await createBench();
    const program = bench.start('run', '--image', await imageTemplate(), '--output', 'json');
    await loginCommand(program);
    program.kill('SIGINT');
    program.kill('SIGTERM');
    expect([130, 143]).toContain((await program.ended).code);
    const job = await onlyJob(bench);
    expect(program.stderr).toContain(`job ${job}: a second signal ended ims-job at once`);
    expect(program.stderr).toContain(`its image root is left in ${bench.home}/jobs/${job}/volume/image-root`);
    expect(program.stderr).toContain(`resume ${job}`);
    expect(resultOf(program)).toMatchObject({ job, outcome: 'Interrupted' });
    await untilQuiet(bench);
    const list = await bench.job('list', '--output', 'json');
    expect(JSON.parse(list.stdout)).toMatchObject([{ reason: 'stopped; can be resumed', running: false }]);
  });

  it('leaves no process when it is killed, and is resumed', async () => {
    const bench = await createBench();
    const program = bench.start('run', '--image', await imageTemplate(), '--no-jail', '--output', 'json');
    const ssh = await loginCommand(program);
    const busy = bench.start('resume', await onlyJob(bench));
    expect((await busy.ended).code).toBe(2);
    expect(busy.stderr).toContain('is being worked on');
    // What a user leaves running goes with the namespace.
    await typed(`${ssh} 'nohup sleep 47114711 > /dev/null 2>&1 &'`);
    expect(await typed('pgrep -cxf "sleep 47114711"')).toBe('1\n');
    program.kill('SIGKILL');
    await program.ended;
    await untilQuiet(bench);
    await eventually(async () => (await typed('pgrep -cxf "sleep 47114711" || true')) === '0\n');

    const resumed = bench.start('resume', await onlyJob(bench), '--output', 'json');
    const again = await loginCommand(resumed);
    const flag = `${bench.home}/jobs/${await onlyJob(bench)}/volume/failed`;
    await typed(`${again} 'echo no good > ${flag}'`);
    expect((await resumed.ended).code).toBe(10);
    expect(resultOf(resumed)).toMatchObject({ outcome: 'Failed', reason: 'MarkedFailed' });
    expect(resultOf(resumed).message).toContain('no good');
  });

  it('goes on with the agent alone when it was stopped after its shell had closed', async () => {
    const bench = await createBench();
    const own = join(bench.work, 'own');
    await typed(`cp -a -- ${await imageTemplate()} ${own}; head -c 64M /dev/urandom > ${own}/var/blob`);
    const script = await bench.script('echo made > /etc/made');
    const program = bench.start('run', '--image', own, '--script', script, '--output', 'json');
    await program.waitForLine((line) => line['phase'] === 'Packaging');
    program.kill('SIGTERM');
    expect(await program.ended).toEqual({ code: 143, signal: null });
    const resumed = await bench.job('resume', await onlyJob(bench), '--output', 'json');
    expect(resumed.end.code).toBe(0);
    expect(resumed.stderr).toContain('only the agent goes on');
    expect(resumed.lines.filter((line) => line['name'] === 'ims-sshd')).toEqual([]);
    expect(await published(bench, resultOf(resumed), 'etc/made')).toBe('made\n');
  });
});
