// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

// Run as the only program of a pid namespace: ends what it left behind, and tells what it saw as JSON.

import { execFileSync } from 'node:child_process';

import { silentLogger, systemClock } from '@ims/runtime';

import { createSessions, isOwnNamespace, readProcessTable } from '../../src/index.ts';

const ownNamespace = isOwnNamespace(readProcessTable(), process.pid);
execFileSync('/bin/sh', ['-c', '(cd / && env -i setsid sleep 1000 >/dev/null 2>&1 </dev/null &)']);
// Until it has left our session it cannot be told from a child of ours.
while (!readProcessTable().rows.some(({ command }) => command === 'sleep')) await systemClock.sleep(5);
const sessions = createSessions({
  logger: silentLogger,
  clock: systemClock,
  imageRoot: '/nowhere',
  jobId: 'none',
  logFile: undefined,
  door: () => ({ listener: undefined, sessions: [] }),
  ownNamespace,
});
const before = await sessions.list();
await sessions.end();
const after = await sessions.list();
process.stdout.write(JSON.stringify({ ownNamespace, before: before.length, after: after.length }));
