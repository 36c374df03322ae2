// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { afterAll } from 'vitest';

import { createRunner } from '@ims/process';
import { silentLogger, systemClock, type Outcome, type Runner } from '@ims/runtime';
import type { Sessions } from '@ims/session';
import {
  createSshKey,
  createVolume,
  freePort,
  onCleanup,
  recordingLogger,
  TEST_HOME,
  type RecordingLogger,
  type SshKey,
  type Volume,
} from '@ims/testing';

import {
  createDoor,
  createKeyNames,
  createSessions,
  writeDoorFiles,
  type DoorOptions,
  type KeyNames,
  type SessionsOptions,
  type SshDoor,
} from '../../src/index.ts';
import { ensureHostKeys } from '../../src/host-keys.ts';

/** As a job has them; the job's id is each door's own, or the end of one would be the end of all. */
export const VARIABLES = {
  IMS_JOB_ID: '',
  IMS_ARCH: 'x86_64',
  IMS_DKMS_ENABLED: 'False',
  REMOTE_BUILD_NODE: '',
};

/** Host keys made once for a file of tests: an RSA key takes longer than all the rest. */
let hostKeys: Promise<string> | undefined;

afterAll(async () => {
  if (hostKeys !== undefined) await rm(await hostKeys, { recursive: true, force: true });
});

async function makeHostKeys(): Promise<string> {
  const directory = await mkdtemp(`${TEST_HOME}/host-keys-`);
  const runner = createRunner({ logger: silentLogger });
  await ensureHostKeys({ runner, logger: silentLogger, paths: [], directory });
  return directory;
}

/** A real sshd of a test's own, and a user with a key. */
export interface TestDoor {
  readonly volume: Volume;
  readonly door: SshDoor;
  readonly options: DoorOptions;
  readonly logger: RecordingLogger;
  readonly keyNames: KeyNames;
  readonly runner: Runner;
  readonly port: number;
  readonly configFile: string;
  readonly authorizedKeysFile: string;
  readonly logFile: string;
  readonly key: SshKey;
  /** Arguments of ssh for this door, without host and command. */
  readonly client: readonly string[];
  /** Runs a command over ssh. */
  ssh(command: string, more?: readonly string[]): Promise<Outcome>;
  /** Starts a command over ssh, kept running; its first line of output has been read when it resolves. */
  stay(command: string, more?: readonly string[]): Promise<ChildProcess>;
  /** Another door on the same files, as a restarted app has it. */
  again(more?: Partial<DoorOptions>): SshDoor;
  sessions(more?: Partial<SessionsOptions>): Sessions;
}

/** Makes a door that is not open yet; the volume's end is the end of everything it started. */
export async function createTestDoor(more: { jailed?: boolean } & Partial<DoorOptions> = {}): Promise<TestDoor> {
  const { jailed = false, ...rest } = more;
  const volume = await createVolume({ jailed });
  const key = await createSshKey(volume.scratch, 'alice@example');
  await writeFile(`${volume.scratch}/authorized_keys`, `${key.publicKey}\n`);
  hostKeys ??= makeHostKeys();
  await cp(await hostKeys, `${volume.config}/host-keys`, { recursive: true });
  const port = await freePort();
  const logger = recordingLogger();
  const files = await writeDoorFiles({
    directory: volume.config,
    authorizedKeysSource: `${volume.scratch}/authorized_keys`,
    settings: {
      port,
      listenAddress: '127.0.0.1',
      hostKeyDirectory: `${volume.config}/host-keys`,
      pidFile: `${volume.config}/sshd.pid`,
    },
    logger,
  });
  const logFile = `${volume.config}/sshd.log`;
  const runner = createRunner({ logger: silentLogger });
  const keyNames = createKeyNames();
  const variables = { ...VARIABLES, IMS_JOB_ID: randomUUID() };
  const options: DoorOptions = {
    runner,
    logger,
    clock: systemClock,
    keyNames,
    sshdOptions: `-E ${logFile} -f ${files.configFile}`,
    variables,
    jail: jailed ? volume.imageRoot : undefined,
    hostKeyDirectory: `${volume.config}/host-keys`,
    ...rest,
  };
  const door = createDoor(options);
  const client = clientArguments(port, key);
  const target = 'root@127.0.0.1';
  return {
    ...files,
    volume,
    door,
    options,
    logger,
    keyNames,
    runner,
    port,
    logFile,
    key,
    client,
    ssh: async (command, extra = []) =>
      await runner.run({ program: 'ssh', args: [...client, ...extra, target, command], timeoutMs: 20_000 }),
    stay: async (command, extra = []) => await stay([...client, ...extra, target, command]),
    again: (extra = {}) => createDoor({ ...options, ...extra }),
    sessions: (extra = {}) =>
      createSessions({
        logger,
        clock: systemClock,
        imageRoot: volume.imageRoot,
        jobId: variables.IMS_JOB_ID,
        logFile,
        door: () => door.processes(),
        ownNamespace: false,
        askMs: 200,
        ...extra,
      }),
  };
}

/** A door that is open. */
export async function openTestDoor(more: { jailed?: boolean } & Partial<DoorOptions> = {}): Promise<TestDoor> {
  const made = await createTestDoor(more);
  await made.door.prepare();
  await made.door.open();
  return made;
}

export async function textOf(path: string): Promise<string> {
  return await readFile(path, 'utf8');
}

function clientArguments(port: number, key: SshKey): string[] {
  const settings = [
    'BatchMode=yes',
    'StrictHostKeyChecking=no',
    'UserKnownHostsFile=/dev/null',
    'GlobalKnownHostsFile=none',
    'IdentitiesOnly=yes',
    'IdentityAgent=none',
    'LogLevel=INFO',
  ];
  return ['-F', 'none', '-p', String(port), '-i', key.path, ...settings.flatMap((setting) => ['-o', setting])];
}

async function stay(args: readonly string[]): Promise<ChildProcess> {
  const child = spawn('ssh', args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const exited = once(child, 'exit');
  onCleanup(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  await Promise.race([
    once(child.stdout, 'data'),
    exited.then(([code]) => {
      throw new Error(`ssh ended with ${String(code)}`);
    }),
  ]);
  return child;
}
