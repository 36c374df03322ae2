// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { instructions } from './instructions.ts';
import { writeRecord, type JobRecord } from '../job/record.ts';
import type { LocalPorts } from '../ports.ts';
import { handBack, runScript, type ScriptEnd } from './script.ts';
import type { Shell } from './shell.ts';
import type { StatusFeed } from '../job/status.ts';
import { pinHostKeys } from './keys.ts';

/**
 * The user's part of a job: when the shell is open, runs the script and hands the image back,
 * or tells a person how to. Gives how the script ended; nothing when there was none, or when the pair ended first.
 */
export async function serveUser(
  shell: Shell,
  record: JobRecord,
  serving: { readonly feed: StatusFeed; readonly ports: LocalPorts; readonly over: AbortSignal },
): Promise<ScriptEnd | undefined> {
  const { feed, ports } = serving;
  const signal = AbortSignal.any([serving.over, ports.interruption.signal]);
  try {
    const { hostKeys } = await feed.until(({ phase }) => phase === 'WaitingOnUser', signal);
    await pinHostKeys(shell.paths, shell.jobId, hostKeys);
    if (record.script !== undefined)
      return await customize(shell, { ...record, script: record.script }, { ports, signal });
    ports.narrator.tell(instructions(shell));
    return undefined;
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}

async function customize(
  shell: Shell,
  record: JobRecord & { readonly script: string },
  user: { readonly ports: LocalPorts; readonly signal: AbortSignal },
): Promise<ScriptEnd> {
  const ports = { ...user.ports, signal: user.signal };
  // A script that has done its work is not run again when the job is resumed after it.
  const end = record.scriptEnd ?? (await runScript(shell, record.script, ports));
  await writeRecord(shell.paths.record, { ...record, scriptEnd: end });
  await handBack(shell, end, ports);
  return end;
}
