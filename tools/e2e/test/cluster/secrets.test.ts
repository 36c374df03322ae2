// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { expect, it } from 'vitest';

import { describeJobs } from './bench.ts';
import { startCustomizing } from './customizing.ts';
import { huntFor } from './hunt.ts';

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
      const { world, job, pod } = await startCustomizing(bench(), { jail: jailed });
      const inAgent = async (...command: string[]): Promise<string> =>
        await namespace.kubectl(['exec', pod.metadata.name, '--container', 'agent', '--', ...command]);
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
