// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { access, readFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';

import { cleanUp } from '@ims/testing';

import { flagIn } from './support/finish.ts';
import { openPair } from './support/pair.ts';
import { publishedImages } from './support/published.ts';

afterEach(cleanUp);

/** Also a word by which the pair itself ends a session. */
const JOBS = [
  { jailed: true, why: 'the driver does not build' },
  { jailed: false, why: 'interrupted' },
];

describe.each(JOBS)('a job that its user marks as failed, jailed: $jailed, $why', ({ jailed, why }) => {
  const job = { jailed };
  it('ends both programs with 10, carries what the user wrote, and publishes nothing', async () => {
    const pair = await openPair(job);
    const flag = flagIn(pair, 'failed');
    // In one step, since an empty flag would already count.
    await pair.ssh(`echo '${why}' > ${flag}.new && mv ${flag}.new ${flag}`);
    expect(await pair.ends()).toEqual({ agent: 10, sshd: 10 });
    const status = await pair.status();
    expect(status).toMatchObject({ phase: 'Failed', reason: 'MarkedFailed' });
    expect(status.message).toBe(`the user marked the job as failed: ${why}`);
    expect(await readFile(pair.job.terminationLog, 'utf8')).toContain(why);
    expect(await publishedImages(pair.job)).toEqual([]);
  });

  it('fails when both flags are there, and takes complete away', async () => {
    const pair = await openPair(job);
    const [good, bad] = [flagIn(pair, 'complete'), flagIn(pair, 'failed')];
    // Both at once as far as a shell can: the watcher sees the two together or failed first.
    await pair.ssh(`touch ${bad} ${good}`);
    expect(await pair.ends()).toEqual({ agent: 10, sshd: 10 });
    expect(await pair.status()).toMatchObject({ phase: 'Failed', reason: 'MarkedFailed' });
    await expect(access(pair.volume.sentinel('complete'))).rejects.toThrow('ENOENT');
    expect(await publishedImages(pair.job)).toEqual([]);
  });
});
