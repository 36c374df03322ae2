// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { encodeRelease, type OwnNote } from '@ims/contract';
import { asFailure, sentenceOf } from '@ims/runtime';

import type { SessionPorts } from './ports.ts';
import { isUnseen } from './unseen.ts';
import type { Ending, SessionState } from './states.ts';

/**
 * Closes the door for good: no new logins, no process left that can write, mounts gone, then the flags.
 * A signal file is removed only after the next one in the chain is written (H7), and `exiting` never
 * says done while somebody could still write (H17).
 */
export async function close(ports: SessionPorts, wanted: Ending): Promise<SessionState> {
  const ending = await endEverything(ports, wanted);
  const { board, logger } = ports;
  try {
    const why = releaseOf(ending);
    if (why !== undefined) await board.post('failed', why);
    await board.post('exiting', why ?? { token: 'done', message: ending.kind });
    if (isObeyed(ending)) await board.clear('complete');
    if (isUsersWord(ending) && (await isUnseen(ports))) return { phase: 'Leaving', ending };
  } catch (error) {
    logger.error({ err: error }, 'the volume refuses our flags; the agent will notice that our heartbeat stops');
  }
  return { phase: 'Closed', ending };
}

function isUsersWord({ kind }: Ending): boolean {
  return kind === 'complete' || kind === 'failed';
}

// A complete that nobody has obeyed stays for the next start; one that was rejected would be rejected there again,
// before anybody could log in and mend the image.
function isObeyed(ending: Ending): boolean {
  if (ending.kind === 'failure') return ending.failure.reason === 'ImageInvalid';
  return isUsersWord(ending);
}

async function endEverything(ports: SessionPorts, wanted: Ending): Promise<Ending> {
  try {
    await ports.door.shut();
    await ports.sessions.end();
    return wanted;
  } catch (error) {
    return { kind: 'failure', failure: asFailure(error) };
  } finally {
    await ports.platform.tearDown();
  }
}

function releaseOf(ending: Ending): OwnNote | undefined {
  switch (ending.kind) {
    case 'not-needed':
    case 'complete':
    case 'failed':
      return undefined;
    case 'interrupted':
      return encodeRelease({
        token: 'interrupted',
        reason: 'Interrupted',
        message: 'a signal stopped the sshd container',
      });
    case 'failure': {
      const { failure } = ending;
      const token = failure.reason === 'PeerLost' ? 'peer-lost' : 'failed';
      return encodeRelease({ token, reason: failure.reason, message: sentenceOf(failure) });
    }
  }
}
