// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import fc from 'fast-check';
import { expect, it } from 'vitest';

import { decodeRelease } from '@ims/contract';

import { startSession, until } from './support/fake-session.ts';

const INPUTS = ['ready', 'complete', 'failed', 'agentAlive', 'stale', 'alive', 'interrupt', 'time', 'tick'] as const;

it('ends after any order of events, with exiting posted once and never done without the word of the user', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...INPUTS), { maxLength: 12 }), async (inputs) => {
      const session = startSession({ settings: { verdictTimeoutMs: 1 } });
      const said = new Set<string>();
      for (const input of [...inputs, 'ready', 'failed'] as const) {
        await act(session, input);
        said.add(input);
      }
      const ending = await session.ended;
      const posts = session.board.calls.filter((call) => call.startsWith('post exiting'));
      expect(posts).toHaveLength(1);
      if (decodeRelease(session.board.at('exiting')) === undefined)
        expect(['complete', 'failed']).toContain(ending.kind);
      if (ending.kind === 'complete') expect(said.has('complete')).toBe(true);
      expect(session.did.includes('open')).toBe(session.did.includes('set up'));
    }),
    { numRuns: 200 },
  );
});

async function act(session: ReturnType<typeof startSession>, input: (typeof INPUTS)[number]): Promise<void> {
  if (input === 'interrupt') session.interrupt();
  else if (input === 'stale' || input === 'alive') session.peer.become(input);
  else if (input === 'time') await session.clock.advance(700_000);
  else if (input !== 'tick') session.board.put(input);
  session.board.tick();
  let turns = 0;
  await until(() => (turns += 1) > 3);
}
