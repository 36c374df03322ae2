// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { chmod, mkdir, writeFile } from 'node:fs/promises';

import { NODE, runProgram, temporaryDirectory } from '@ims/testing';
import { dirname } from 'node:path';

/** Answers as the real program does, from files beside it; what it was asked for stands in `asked`. */
const STUB = `#!/bin/sh
here=$(dirname "$0")
echo "$*" >>"$here/asked"
[ -e "$here/refusal" ] && cat "$here/refusal" >&2 && exit 1
case "$1 $2 $*" in
  get\\ *--watch*) cat "$here/watched-$2" 2>/dev/null && echo; exec sleep 1000 ;;
  get\\ *) cat "$here/$2" && exit 0 ;;
  port-forward*) echo "Forwarding from 127.0.0.1:$(cat "$here/port") -> 22"; exec sleep 1000 ;;
esac
echo 'Error from server (Forbidden): services is forbidden: User "alice" cannot list it' >&2
exit 1
`;

/** Files that a stub answers from. */
export type Answers = Readonly<Record<string, string>>;

/** A kubectl that answers from records, and the plugin that runs it. */
export interface Stub {
  readonly directory: string;
  readonly run: (...args: string[]) => ReturnType<typeof runProgram>;
}

/** What runs the plugin: the pinned Node and the source when left out. */
export interface PluginProgram {
  readonly node: string;
  readonly main: string;
}

/** What nobody is refused. */
const EMPTY = { 'jobs.batch': listRecord(), events: listRecord() };

/** Makes a stub; a file that is not given is not there, and its question is refused, but for jobs and events: none. */
export async function createStub(answers: Answers, program?: PluginProgram): Promise<Stub> {
  const directory = await temporaryDirectory();
  const bin = `${directory}/bin`;
  await mkdir(bin);
  await writeFile(`${bin}/kubectl`, STUB);
  await chmod(`${bin}/kubectl`, 0o755);
  for (const [name, text] of Object.entries({ ...EMPTY, ...answers })) await writeFile(`${bin}/${name}`, text);
  const path = `${bin}:${dirname(program?.node ?? NODE)}:/usr/bin:/bin`;
  const command = program === undefined ? {} : { command: [program.node, program.main] };
  return {
    directory: bin,
    run: async (...args) => await runProgram({ app: 'kubectl', args, env: { PATH: path }, ...command }),
  };
}

/** A pod of a job as kubectl gives it, reduced to what the plugin reads. */
export function podRecord(annotations: Readonly<Record<string, string>>, name = 'my-job-x7x2p'): object {
  const ours = Object.entries(annotations).map(([key, value]) => [`ims.cray.com/${key}`, value]);
  return {
    metadata: {
      ...{ name, namespace: 'ims', creationTimestamp: '2026-11-23T05:40:11Z' },
      labels: { 'batch.kubernetes.io/job-name': 'my-job', 'ims.cray.com/job-id': '7f1c', app: 'ims-7f1c-customize' },
      annotations: Object.fromEntries(ours) as Record<string, string>,
    },
    spec: { containers: [{ name: 'sshd', ports: [{ name: 'ssh', containerPort: 22 }] }] },
    status: { phase: 'Running', podIP: '10.88.0.9', hostIP: '127.0.0.1' },
  };
}

/** A Job as kubectl gives it, reduced to what the plugin reads. */
export function jobRecord(status: object = {}, name = 'my-job'): object {
  return {
    metadata: {
      ...{ name, namespace: 'ims', creationTimestamp: '2026-11-23T05:40:00Z' },
      labels: { 'ims.cray.com/job-id': '7f1c' },
    },
    spec: {},
    status,
  };
}

/** An event as kubectl gives it, reduced to what the plugin reads. */
export function eventRecord(of: { kind: string; name: string }, reason: string, message: string): object {
  const { kind, name } = of;
  return {
    metadata: { name: `${name}.${reason}`, namespace: 'ims', creationTimestamp: '2026-11-23T05:40:20Z' },
    ...{ involvedObject: { kind, name }, reason, message, lastTimestamp: '2026-11-23T05:40:30Z' },
  };
}

/** A list as kubectl gives it. */
export function listRecord(...items: readonly object[]): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items }, undefined, 4);
}
