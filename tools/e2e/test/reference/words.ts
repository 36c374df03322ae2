// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Said } from '../support/client.ts';
import type { MixedPair } from './mixed-pair.ts';

/** What a user may say at the end of a session. */
const WORDS = [
  { word: 'complete', flags: ['complete'], isGood: true },
  { word: 'failed', flags: ['failed'], isGood: false },
  { word: 'both', flags: ['failed', 'complete'], isGood: false },
] as const;

/** Every word in the jail and without one; polls are quick but for one case, which has the intervals of reference §1.2. */
export const CASES = [true, false].flatMap((jailed) =>
  WORDS.map((said) => ({
    ...said,
    jailed,
    where: jailed ? 'the jail' : 'an open shell',
    pollSeconds: jailed && said.isGood ? 5 : 0.1,
  })),
);

/** What the user writes into the image. */
export const USERS_WORK = 'done beside a stranger';

/** Works in the image, then says something as a client does that disconnects at once; gives what ssh made of that. */
export async function workAndSay(pair: MixedPair, flags: readonly string[]): Promise<Said> {
  const { jailed, imageRoot, parent } = pair.job.volume.layout;
  const worked = await pair.ssh(`echo '${USERS_WORK}' > ${jailed ? '' : imageRoot}/etc/motd`);
  if (worked.code !== 0) throw new Error(`the user could not work: ${worked.stderr}\n${everythingSaid(pair)}`);
  return await pair.ssh(`touch ${flags.map((flag) => `${jailed ? '/tmp' : parent}/${flag}`).join(' ')}`);
}

/** What both containers wrote. */
export function everythingSaid({ ours, theirs }: MixedPair): string {
  return `${ours.stdout}${ours.stderr}\n${theirs.stdout}${theirs.stderr}`;
}
