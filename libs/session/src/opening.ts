// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { Failure } from '@ims/runtime';

import { guarded } from './guarded.ts';
import type { SessionPorts } from './ports.ts';
import type { SessionState } from './states.ts';

/** Opens the door and says so only after a real login through it (H39). */
export async function openDoor(ports: SessionPorts, signal: AbortSignal): Promise<SessionState> {
  const { board, door, platform, script, logger } = ports;
  await platform.setUp();
  const opened = await door.open();
  await guarded(ports, signal, (inner) => door.probe(inner));
  await board.post('door', { token: 'open', message: opened.hostKeys.join('\n') });
  logger.info({ port: opened.port, hostKeys: opened.hostKeys }, 'the shell is open: a login has worked');
  return { phase: (await script.isThere()) ? 'Customizing' : 'Open' };
}

/** Runs the site's customization script, if there is one. */
export async function customize(ports: SessionPorts, signal: AbortSignal): Promise<SessionState> {
  const result = await guarded(ports, signal, (inner) => ports.script.run(inner));
  if (result === 'absent' || result.exitCode === 0) return { phase: 'Open' };
  const failure = new Failure(
    'ScriptFailed',
    `the customization script exited with ${String(result.exitCode)}: ${result.lastLines}`,
  );
  return { phase: 'Closing', ending: { kind: 'failure', failure } };
}
