// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { expect, it } from 'vitest';

import { expectNothingOutside, statusesIn } from '../publishing/outcome.ts';
import { describeJobs } from './bench.ts';
import { BUILD_FAILS, startCreating } from './creating.ts';
import { annotationOf } from './pod-job.ts';
import { endOf } from './seen.ts';
import { expectToldTruly } from './told.ts';

describeJobs('a Job whose builder has failed, with debug', 'debug', (bench) => {
  it.each([
    { flag: 'complete', root: 'there', see: 'ls /mnt/image/build/image-root/boot', seen: 'vmlinuz' },
    { flag: 'failed', root: 'missing', see: 'ls /mnt/image', seen: 'build_failed' },
  ] as const)(
    'opens a shell that says why, and fails once when its user says $flag; image root $root',
    async ({ flag, root, see, seen }) => {
      const { world, created, job } = await startCreating(bench(), { root, builder: BUILD_FAILS, debug: true });
      const open = await job.shellReady();
      expect(annotationOf(open, 'phase')).toBe('WaitingOnUser');
      expect(annotationOf(open, 'reason')).toBe('BuildFailed');
      expect(await job.ssh(see)).toMatchObject({ code: 0, stdout: expect.stringContaining(seen) as string });
      expect(await job.ssh(`touch /mnt/image/${flag}`)).toMatchObject({ code: 0 });
      expect(await job.ended('Failed')).toBe('PodFailurePolicy');
      expect(await job.pods()).toHaveLength(1);
      const status = await expectToldTruly(job, { exitCode: 11 });
      expect(status).toMatchObject({ phase: 'Failed', reason: 'BuildFailed' });
      expect(endOf(await job.pod(), 'sshd')?.exitCode).toBe(flag === 'complete' ? 0 : 10);
      expect(statusesIn(world)).toEqual(['waiting_on_user', 'error']);
      await expectNothingOutside(world, created);
    },
  );
});
