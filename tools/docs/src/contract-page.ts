// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import {
  ARTIFACTS,
  encodeManifest,
  ERRORS,
  EXIT_FAMILIES,
  layoutOf,
  MANIFEST_KEY,
  manifestOf,
  PHASES,
  SENTINELS,
  sentinelPath,
  SESSION_PHASES,
  TOKENS,
  type ErrorRow,
  type PhaseRow,
  type SentinelName,
  type SentinelRow,
} from '@ims/contract';
import { block, code, codes, generatedFrom, page, table } from './markdown.ts';

/** `docs/contract.md`: what the two containers agree on, and what people and other programs see of it. */
export function contractPage(): string {
  return page(
    generatedFrom(['libs/contract']),
    '# Contract',
    INTRODUCTION,
    '## Phases of a job',
    JOB_PHASES_INTRODUCTION,
    diagram(PHASES, ['Failed', 'Interrupted']),
    phaseTable(PHASES, { withStatus: true }),
    '## Phases of the shell',
    SESSION_PHASES_INTRODUCTION,
    diagram(SESSION_PHASES, []),
    phaseTable(SESSION_PHASES, { withStatus: false }),
    '## Files on the volume',
    FILES_INTRODUCTION,
    layoutTable(),
    '### Signal files',
    SENTINELS_INTRODUCTION,
    sentinelTable(),
    `Tokens of our own programs: ${codes(TOKENS)}.`,
    '## Artifacts and manifest',
    ARTIFACTS_INTRODUCTION,
    artifactTable(),
    `The manifest of an image with one artifact, stored as ${code(MANIFEST_KEY)}:`,
    block('json', exampleManifest()),
    '## Exit codes',
    EXIT_CODES_INTRODUCTION,
    table(
      ['Codes', 'Meaning'],
      EXIT_FAMILIES.map(({ codes: range, meaning }) => [range, meaning]),
    ),
    '## Errors',
    ERRORS_INTRODUCTION,
    errorTable(),
  );
}

const INTRODUCTION = `Two containers do one job and share one volume. **sshd** opens the image root to its user over ssh; the **agent**
prepares the root before that, and afterwards packs it into squashfs, stores it and registers it. They talk through
small files on the volume and through nothing else. This page lists what they agree on. It is what may be relied upon:
names on this page stay as they are.`;

const JOB_PHASES_INTRODUCTION = `The agent goes through these phases, and the job is in the phase its agent is in. \`ims-job show\`, the log and the
status file name them. A job that opens a shell (\`IMS_ACTION=customize\`) goes through all of them; one that only
publishes what a builder made (\`create\`) has no \`WaitingOnUser\`: a shell opens in it only when its build has failed
and \`ENABLE_DEBUG\` is set, to look into that. An agent that is started again on the same volume goes
on after the last step that was finished. From every phase a job can end as \`Failed\` or \`Interrupted\`, which the
diagram leaves out.`;

const SESSION_PHASES_INTRODUCTION = `The sshd container has a story of its own, told in its log.`;

const FILES_INTRODUCTION = `The volume is \`/mnt/image\` in a pod. Everything in these places is reserved for the pair; the rest of the volume is
the builder's and the user's.`;

const SENTINELS_INTRODUCTION = `The two containers and the user hand over by creating files. Only a regular file counts; in a jailed job a flag in the
image counts only when root owns it. **An empty file is enough**: \`touch complete\` is all a user has to know. Our own
programs write a token into the first line and a message into the rest; whatever else a file holds is taken for the
words of the user and is repeated as the reason. A flag is never removed before the next one in the chain is written, so
a crash between two steps loses nothing.`;

const ARTIFACTS_INTRODUCTION = `An image is a folder of artifacts named after the image's id, and a manifest that is written last: while there is no
manifest, there is no image.`;

const EXIT_CODES_INTRODUCTION = 'Every program of the pair ends with a code of one of these families.';

const ERRORS_INTRODUCTION = `Every failure has a stable reason. It stands in the log, in the status file and in the termination message, together
with what happened and what to do. *Again* says whether the same step may succeed when it is simply repeated, as
\`ims-job resume\` and a restarted agent do.`;

function diagram(phases: Readonly<Record<string, PhaseRow>>, leftOut: readonly string[]): string {
  const [first = ''] = Object.keys(phases);
  const arrows = Object.entries(phases).flatMap(([phase, { next }]) =>
    next.filter((to) => !leftOut.includes(to)).map((to) => `  ${phase} --> ${to}`),
  );
  return block('mermaid', ['stateDiagram-v2', `  [*] --> ${first}`, ...arrows].join('\n'));
}

function phaseTable(phases: Readonly<Record<string, PhaseRow>>, { withStatus }: { withStatus: boolean }): string {
  const status = (row: PhaseRow): string[] =>
    withStatus ? [row.imsStatus === undefined ? '' : code(row.imsStatus)] : [];
  return table(
    ['Phase', 'Meaning', ...(withStatus ? ['IMS status'] : []), 'May be followed by'],
    Object.entries(phases).map(([phase, row]) => [code(phase), row.meaning, ...status(row), codes(row.next)]),
  );
}

const VOLUME = '/mnt/image';

function layoutTable(): string {
  const customize = layoutOf({ parent: VOLUME, action: 'customize', jailed: false });
  const create = layoutOf({ parent: VOLUME, action: 'create', jailed: false });
  return table(
    ['Path', 'What it is'],
    [
      [code(customize.imageRoot), 'the image root of a `customize` job'],
      [code(create.imageRoot), 'the image root of a `create` job, where the builder leaves it'],
      [code(customize.private), 'what only the pair knows: heartbeats, questions and answers, the journal; root only'],
      [code(customize.archive), 'the squashfs between packing and storing'],
    ],
  );
}

function sentinelTable(): string {
  const at = (name: SentinelName, jailed: boolean): string =>
    sentinelPath(layoutOf({ parent: VOLUME, action: 'customize', jailed }), name);
  const path = (name: SentinelName): string =>
    at(name, false) === at(name, true)
      ? code(at(name, false))
      : `${code(at(name, false))}; in a jail ${code(at(name, true))}, which the user sees as ${code(`/tmp/${SENTINELS[name].file}`)}`;
  const names = Object.keys(SENTINELS) as SentinelName[];
  return table(
    ['File', 'Written by', 'Read by', 'Meaning'],
    names.map((name) => {
      const row: SentinelRow = SENTINELS[name];
      return [path(name), row.writers.join(', '), row.readers.join(', '), row.meaning];
    }),
  );
}

function artifactTable(): string {
  return table(
    ['Artifact', 'Media type'],
    Object.values(ARTIFACTS).map(({ key, mime }) => [code(key), code(mime)]),
  );
}

function exampleManifest(): string {
  const { key, mime } = ARTIFACTS.kernel;
  const stored = {
    name: 'kernel',
    type: mime,
    path: `s3://boot-images/5dbb1a66-5f0a-4f3b-a5c5-6d6a3b7f2a11/${key}`,
    size: 8_123_456,
    md5: '9e107d9d372bb6826bd81d3542a419d6',
    sha256: 'd7a8fbb307d7809469ca9abcb0082e4f8d5651e46d3cdb762d02d0bf37c9e592',
    etag: '9e107d9d372bb6826bd81d3542a419d6',
  } as const;
  return encodeManifest(manifestOf([stored], new Date('2026-01-02T03:04:05.678Z'), 's3'));
}

function errorTable(): string {
  const rows: [string, ErrorRow][] = Object.entries(ERRORS);
  return table(
    ['Reason', 'Exit code', 'Again', 'What happened', 'What to do'],
    rows.map(([reason, { exit, retryable, meaning, advice }]) => [
      code(reason),
      String(exit),
      retryable ? 'yes' : 'no',
      meaning,
      advice,
    ]),
  );
}
