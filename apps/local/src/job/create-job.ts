// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { randomUUID } from 'node:crypto';

import { Failure } from '@ims/runtime';
import { jobPaths, makeHome, requireSafeHome } from './home.ts';
import { DEMO } from '../shell/script.ts';
import { writeRecord, type JobRecord } from './record.ts';
import type { LocalPorts } from '../ports.ts';
import { defaultName, demoSource } from '../image/prepare.ts';
import { markOf, type ProcessMark } from './process-mark.ts';
import type { RunRequest } from '../run-request.ts';
import { makeJobDirectories } from './workspace.ts';

/** Writes a new job down, so that `list`, `show` and `resume` know it from its first moment. */
export async function createJob(
  request: RunRequest & { readonly logLevel: string },
  ports: LocalPorts,
): Promise<JobRecord> {
  await requireSafeHome(ports.home);
  await makeHome(ports.home);
  const source = request.source ?? (await demoSource(ports));
  const isDemo = request.source === undefined;
  const record: JobRecord = {
    version: 1,
    id: randomUUID(),
    started: new Date().toISOString(),
    action: request.action,
    jailed: request.jailed,
    name: request.name ?? (isDemo ? 'ims-demo' : defaultName(source.path)),
    architecture: request.architecture,
    source,
    inPlace: request.inPlace,
    script: request.script ?? (isDemo && request.action === 'customize' ? DEMO : undefined),
    scriptEnd: undefined,
    store: request.store ?? ports.home.images,
    wanted: request.wanted,
    keep: request.keep,
    logLevel: request.logLevel,
    boot: undefined,
    preparing: undefined,
    worker: ownMark(),
    result: undefined,
  };
  const paths = jobPaths(ports.home, record.id);
  await makeJobDirectories(paths);
  await writeRecord(paths.record, record);
  return record;
}

/** The mark of this process. */
export function ownMark(): ProcessMark {
  const mark = markOf(process.pid);
  if (mark === undefined) throw new Failure('PlatformUnavailable', '/proc does not know this process');
  return mark;
}
