// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { eventually, onCleanup, scrape } from '@ims/testing';
import { expect, it } from 'vitest';

import { expectPublished } from '../publishing/outcome.ts';
import { describeJobs } from './bench.ts';
import { startCustomizing } from './customizing.ts';
import type { Namespace } from './namespace.ts';
import { annotationOf } from './pod-job.ts';
import { knowsPodMonitors, targetsOf, teachPodMonitors } from './pod-monitors.ts';
import { expectToldTruly } from './told.ts';

const BUILDENV = { name: 'ims-buildenv', values: { podMonitor: { enabled: true, labels: { release: 'prometheus' } } } };

/** In the place of what the suite has installed. */
async function installWithMonitor(namespace: Namespace): Promise<void> {
  await namespace.uninstall('ims-buildenv');
  if (!(await knowsPodMonitors(namespace))) {
    await expect(namespace.install('ims-buildenv', BUILDENV)).rejects.toThrow('no matches for kind "PodMonitor"');
    await teachPodMonitors(namespace);
  }
  await namespace.install('ims-buildenv', BUILDENV);
  // Before its kind goes away again.
  onCleanup(async () => {
    await namespace.uninstall('ims-buildenv');
    await namespace.install('ims-buildenv');
  });
}

describeJobs('a Job that is monitored', 'monitor', (bench) => {
  it('is found and read as a Prometheus of the operator does, with the phases that its pod tells', async () => {
    const { namespace } = bench();
    await installWithMonitor(namespace);
    const metrics = { enabled: true };
    const { world, job, pod, commissioned, base } = await startCustomizing(bench(), {
      jail: true,
      values: { metrics },
    });
    const [target, ...more] = await targetsOf(namespace, 'ims-job');
    expect(more).toEqual([]);
    const address = target?.address ?? '';
    const read = async (phase: string) =>
      await eventually(async () => {
        const seen = await scrape(address);
        return seen.chosen('ims_job_phase', 'phase') === phase && seen;
      });
    const open = await read('WaitingOnUser');
    expect(annotationOf(pod, 'phase')).toBe('WaitingOnUser');
    expect(open.samples('ims_job_info').map(({ labels }) => labels['job_id'])).toEqual([commissioned.id]);
    expect(target?.labels).toEqual({ 'ims.cray.com/job-id': commissioned.id });
    const stall = world.proxies.s3.on({ fault: 'stall', method: 'PUT', path: /\/rootfs/ });
    expect(await job.ssh('touch /tmp/complete')).toMatchObject({ code: 0 });
    await stall.hit;
    const uploading = await read('Uploading');
    await eventually(async () => annotationOf(await job.pod(), 'phase') === 'Uploading');
    const spent = uploading.samples('ims_job_phase_duration_seconds').map(({ labels }) => labels['phase']);
    expect(spent).toEqual(expect.arrayContaining(['WaitingOnUser', 'Validating', 'Packaging']));
    stall.lift();
    expect(await job.ended('Complete')).toBe('CompletionsReached');
    await expectPublished(world, commissioned, [base.key]);
    expect(await expectToldTruly(job, { exitCode: 0 })).toMatchObject({ phase: 'Succeeded' });
    await expect(scrape(address)).rejects.toThrow('fetch failed');
  });

  it('shows its user what Prometheus sees, and does not let him take its place', async () => {
    const metrics = { enabled: true, port: 9465 };
    const { job, pod } = await startCustomizing(bench(), { jail: true, values: { metrics } });
    const seen = await scrape(`http://${pod.status.podIP ?? ''}:9465/metrics`);
    const ask = 'exec 3<>/dev/tcp/127.0.0.1/9465; printf "GET /metrics HTTP/1.1\\r\\nhost: x\\r\\n\\r\\n" >&3; cat <&3';
    const shown = await job.ssh(`bash -c '${ask}'`);
    expect(shown.stdout.split('\r\n\r\n')[1]).toBe(seen.text);
    expect(await job.ssh('busybox nc -l -p 9465')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Address already in use') as string,
    });
    expect(await job.ssh('touch /tmp/failed')).toMatchObject({ code: 0 });
    expect(await job.ended('Failed')).toBe('PodFailurePolicy');
  });
});
