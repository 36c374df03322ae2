// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { SENTINELS, type SentinelName } from '@ims/contract';

/** The sentinels that scripts may post, clear and wait for, by their file names; the pair's own are not theirs. */
export const FILE_NAMES: ReadonlyMap<string, SentinelName> = new Map(
  (Object.keys(SENTINELS) as SentinelName[])
    .filter((name) => SENTINELS[name].place !== 'private')
    .map((name) => [SENTINELS[name].file, name]),
);

/** The sentinel of a file name that the command line has already checked. */
export function sentinelOf(file: string): SentinelName {
  const name = FILE_NAMES.get(file);
  if (name === undefined) throw new Error(`${file} is no sentinel`);
  return name;
}
