// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { refuseDoubtfulRoot, writeOutImageRoot } from '@ims/image-root';
import { createRunner } from '@ims/process';
import type { Logger } from '@ims/runtime';

import type { AgentConfig } from './config.ts';

/** How long the end of an agent waits for it, in milliseconds: well within the grace period of a pod. */
const LAST_MS = 5000;

/**
 * Has the image root that `prepare` unpacked written out to its disk while the job goes on: nobody waits for that,
 * and only a machine that fails within those seconds costs the job. Disposing of it gives it a few seconds more, since
 * the next pod may run on another machine, which cannot know that nothing is lost.
 *
 * @throws Failure ImageInvalid when the machine has failed so
 */
export async function writeOutBeside(config: AgentConfig, logger: Logger): Promise<AsyncDisposable> {
  const { layout } = config;
  const volume = { layout, job: config.settings.jobId };
  await refuseDoubtfulRoot(volume);
  const stop = new AbortController();
  const done = writeOutImageRoot({ ...volume, runner: createRunner({ logger }), signal: stop.signal }).then(
    (what) => {
      logger.debug({ what }, 'the image root would outlive the machine');
    },
    (error: unknown) => {
      if (!stop.signal.aborted) logger.warn({ err: error }, 'the image root would not outlive the machine');
    },
  );
  return {
    [Symbol.asyncDispose]: async () => {
      const late = setTimeout(() => {
        stop.abort();
      }, LAST_MS);
      await done;
      clearTimeout(late);
    },
  };
}
