// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { Failure } from '@ims/runtime';
import { shown } from '../typed-path.ts';
import { namesOfJobs, type Home } from './home.ts';

/**
 * The id of the only job that begins with what was typed.
 *
 * @throws Failure ConfigurationInvalid when there is none, or more than one
 */
export async function findJob(home: Home, typed: string): Promise<string> {
  const ids = await namesOfJobs(home);
  const matching = typed === '' ? [] : ids.filter((id) => id.startsWith(typed.toLowerCase()));
  const [only] = matching;
  if (only !== undefined && matching.length === 1) return only;
  const found = only === undefined ? 'no job' : `${String(matching.length)} jobs`;
  throw new Failure('ConfigurationInvalid', `${found} in ${home.jobs} begins with ${shown(typed)}`, {
    advice: 'give the id that `ims-job list` shows',
  });
}
