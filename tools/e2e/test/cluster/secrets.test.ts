// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { expect, it } from 'vitest';

import { commission } from '../publishing/base-image.ts';
import { describeJobs } from './bench.ts';
import { huntFor } from './hunt.ts';
import { startPodJob } from './pod-job.ts';

const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount/token';
/** Looks like the token of somebody. */
const PLANTED = ['eyJhbGciOiJSUzI1NiJ9', 'eyJzdWIiOiJub2JvZHkifQ', 'c2lnbmF0dXJlLW9mLW5vYm9keQ'].join('.');

describeJobs("the user's shell in a pod", 'secrets', (bench) => {
  it.each([
    { jailed: true, root: '', flag: '/tmp/failed' },
    { jailed: false, root: '/mnt/image/image-root', flag: '/mnt/image/failed' },
  ])(
    'H31 reaches no token, no S3 key and no client secret, in no file, environment or process; jailed: $jailed',
    async ({ jailed, root, flag }) => {
      const { namespace } = bench();
      const world = await bench().startWorld();
      const { job: commissioned, base } = await commission(world);
      const source = { url: `s3://${world.objects.bucket}/${base.key}` };
      const job = await startPodJob(bench(), { world, job: commissioned, values: { job: { jail: jailed }, source } });
      const { metadata } = await job.shellReady();
      const inAgent = async (...command: string[]): Promise<string> =>
        await namespace.kubectl(['exec', metadata.name, '--container', 'agent', '--', ...command]);
      const token = (await inAgent('cat', ACCOUNT)).trim();
      expect(token).toMatch(/^eyJ/);
      const secrets = [token, world.objects.accessKey, ...world.secrets()];
      expect(await job.ssh(huntFor({ secrets, jailed }))).toEqual({ code: 0, stdout: '', stderr: '' });

      // The search finds what is there to be found.
      await job.ssh(`echo ${PLANTED} > ${root}/root/planted; echo ${world.objects.secretKey} > ${root}/tmp/planted`);
      const hunt = huntFor({ secrets, jailed });
      const found = await job.ssh(`export FOUND=${world.objects.accessKey}; sleep 600 & ${hunt}; kill $!`);
      const lines = found.stdout.trim().split('\n');
      expect(lines).toEqual(expect.arrayContaining([`${root}/root/planted`, `${root}/tmp/planted`, 'environment']));
      if (!jailed) expect(found.stdout).toMatch(/^\/proc\/\d+\/environ$/m);
      expect(await job.ssh(`touch ${flag}`)).toMatchObject({ code: 0 });
      expect(await job.ended('Failed')).toBe('PodFailurePolicy');
    },
  );
});
