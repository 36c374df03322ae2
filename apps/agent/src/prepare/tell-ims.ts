// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Reporter } from '@ims/export';

import { hasIms } from '../ending/ims-of-job.ts';
import { openIms, type ImsTools } from '../ims.ts';
import type { PrepareConfig } from './config.ts';

/** A reporter to IMS, and how it is closed. */
export interface ImsTelling extends AsyncDisposable {
  readonly reporters: readonly Reporter[];
}

/**
 * Opens the reporter to IMS, or none where there is no IMS: on a person's own machine nobody has given credentials.
 *
 * @throws Failure ConfigurationInvalid for credentials that cannot be used
 */
export async function openTelling(values: PrepareConfig['values'], tools: ImsTools): Promise<ImsTelling> {
  if (!(await hasIms(values))) {
    tools.logger.info({}, `IMS is not told: there are no credentials for it in ${values.OAUTH_CONFIG_DIR}`);
    return { reporters: [], [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  const prepared = new AbortController();
  const ims = await openIms(values, { ...tools, signal: AbortSignal.any([tools.signal, prepared.signal]) });
  return {
    reporters: [
      {
        ...ims.reporter,
        report: (status) => {
          // The agent comes next and goes on telling what IMS could not be told: the job does not wait for that here.
          if (status.phase === 'Prepared') prepared.abort();
          ims.reporter.report(status);
        },
      },
    ],
    [Symbol.asyncDispose]: async () => {
      await ims[Symbol.asyncDispose]();
    },
  };
}
