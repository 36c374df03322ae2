// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { mkdir } from 'node:fs/promises';

import { Failure } from '@ims/runtime';
import { forgetForerunners } from './forget-forerunners.ts';
import { layoutOfJob, type JobPaths } from '../job/home.ts';
import { probeIsolation, type Bind, type Isolation } from './isolation.ts';
import type { JobRecord } from '../job/record.ts';
import { superviseSides, type PairEnd, type Sides } from './pair.ts';
import type { LocalPorts } from '../ports.ts';
import { imageRootOf } from '../image/prepare.ts';
import type { ScriptEnd } from '../shell/script.ts';
import type { Shell } from '../shell/shell.ts';
import { startSide } from './side.ts';
import { watchStatus, type StatusFeed } from '../job/status.ts';
import { serveUser } from '../shell/user.ts';
import { outsideVariables, packagingVariables } from './outside.ts';
import { agentVariables, sshdVariables } from './variables.ts';
import { emptyConfig } from '../job/workspace.ts';
import { makeUserKey } from '../shell/keys.ts';
import { freePort } from './free-port.ts';

/** Which sides of the pair a run needs: once the shell is closed for good, only the agent. */
export type Needed = 'both' | 'agent';

/** How one run of the pair ended. */
export interface SessionEnd {
  readonly pair: PairEnd;
  readonly script: ScriptEnd | undefined;
}

/** Runs the pair once on a prepared volume, and the user's part in it. */
export async function runSession(
  paths: JobPaths,
  record: JobRecord,
  run: { readonly needed: Needed; readonly ports: LocalPorts },
): Promise<SessionEnd> {
  const { needed, ports } = run;
  const isolation = await isolationFor(record, ports);
  const layout = layoutOfJob(paths, record);
  await emptyConfig(paths);
  await makeUserKey(paths, ports.runner);
  await mkdir(layout.private, { recursive: true, mode: 0o700 });
  if (needed === 'both') await forgetForerunners(layout, imageRootOf(paths, record), ports);
  using feed = watchStatus(paths.volume, new Date());
  const port = await freePort();
  const sides = startSides(paths, record, { needed, ports, isolation, port, feed });
  const over = new AbortController();
  const flags = layout.jailed ? '/tmp' : layout.parent;
  const shell: Shell = { paths, jobId: record.id, port, jailed: layout.jailed, imageRoot: layout.imageRoot, flags };
  const user = serveUser(shell, record, { feed, ports, over: over.signal }).catch((error: unknown) => {
    // Without its user the pair would wait for ever.
    sides.agent.terminate();
    sides.sshd?.terminate();
    return { error };
  });
  const pair = await superviseSides(sides, ports);
  over.abort();
  const served = await user;
  if (served !== undefined && 'error' in served) throw served.error;
  return { pair, script: served };
}

async function isolationFor(record: JobRecord, ports: LocalPorts): Promise<Isolation> {
  const isolation = await probeIsolation(ports.runner);
  if (isolation.kind === 'own') return isolation;
  if (record.inPlace) {
    throw new Failure(
      'PlatformUnavailable',
      `--in-place needs mount namespaces, and the kernel refuses: ${isolation.why}`,
      {
        advice: 'leave --in-place out: the job then works on a copy',
      },
    );
  }
  ports.logger.warn(
    {},
    `the sshd side has no namespaces of its own here (${isolation.why}): it can see other processes`,
  );
  return isolation;
}

function startSides(
  paths: JobPaths,
  record: JobRecord,
  run: { needed: Needed; ports: LocalPorts; isolation: Isolation; port: number; feed: StatusFeed },
): Sides {
  const { ports, isolation, port, feed } = run;
  const { boot } = record;
  if (boot === undefined) throw new Error('the image root was not prepared');
  const bind = bindOf(paths, record);
  const shared = { logs: paths.logs, onLine: () => feed.poke() };
  const agent = startSide(
    {
      ...shared,
      source: 'agent',
      program: ports.programs.agent,
      variables: agentVariables(paths, record, {
        boot,
        port,
        outside: { ...packagingVariables(ports.env), ...outsideVariables(record.store, ports.env) },
      }),
      child: { isolation, ownProcesses: false, bind },
    },
    ports,
  );
  if (run.needed === 'agent') return { agent, sshd: undefined };
  const sshd = startSide(
    {
      ...shared,
      source: 'sshd',
      program: ports.programs.sshd,
      variables: sshdVariables(paths, record),
      child: { isolation, ownProcesses: true, bind },
    },
    ports,
  );
  return { agent, sshd };
}

function bindOf(paths: JobPaths, record: JobRecord): Bind | undefined {
  return record.inPlace ? { from: record.source.path, to: layoutOfJob(paths, record).imageRoot } : undefined;
}
