// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { parseStoreAddress } from '@ims/artifacts';
import { layoutOf, sentinelPath, type Layout } from '@ims/contract';
import { readEnvironment, type Environment } from '@ims/env';
import type { ExportSettings, Goal } from '@ims/export';
import { asFailure, Failure } from '@ims/runtime';

import { DESTINATION_NAMES, destinationOf, type Destination } from './destination.ts';
import { IMS_NAMES } from './ims-names.ts';
import { POD_NAMES } from './pod.ts';
import { S3_NAMES, s3AccessOf, type S3Access } from './s3-access.ts';

/** What every transfer needs to know. */
const TRANSFER_NAMES = ['CA_CERT', 'IMS_STALL_TIMEOUT', 'IMS_RETRY_TIMEOUT'] as const;

const NAMES = [
  'IMS_ACTION',
  'IMS_JOB_ID',
  'IMAGE_ROOT_PARENT',
  'ENABLE_DEBUG',
  'SSH_JAIL',
  'BUILD_ARCH',
  'REMOTE_BUILD_NODE',
  'IMAGE_ROOT_ARCHIVE_NAME',
  'KERNEL_FILENAME',
  'INITRD_FILENAME',
  'KERNEL_PARAMETERS_FILENAME',
  'LOG_LEVEL',
  'IMS_ON_INVALID',
  'IMS_CHECK_KERNEL',
  'IMS_SQUASHFS_COMPRESSION',
  'IMS_SQUASHFS_BLOCK_SIZE',
  'IMS_CONFIG_DIR',
  'IMS_AUTHORIZED_KEYS',
  'IMS_CA_DIR',
  'IMS_RESOLV_CONF',
  'IMS_SSH_PORT',
  'IMS_SSH_LISTEN',
  'IMS_HOST_KEY_DIR',
  'IMS_PEER_TIMEOUT',
  'IMS_TERMINATION_LOG',
  'IMS_EXIT_CODES',
  'IMS_METRICS_PORT',
  ...IMS_NAMES,
  ...POD_NAMES,
  ...TRANSFER_NAMES,
  ...DESTINATION_NAMES,
] as const;

/** The checked configuration of the agent. */
export interface AgentConfig {
  readonly values: Environment<(typeof NAMES)[number]>['values'];
  readonly warnings: readonly string[];
  readonly layout: Layout;
  readonly settings: ExportSettings;
  readonly destination: Destination;
}

/** What the command line adds to the environment. */
export interface Arguments {
  /** The shared volume; wins over `IMAGE_ROOT_PARENT`. */
  readonly parent: string | undefined;
  /** Who only packs needs no key to any store. */
  readonly goal: Goal;
}

/**
 * Reads the configuration.
 *
 * @throws Failure ConfigurationInvalid naming every problem at once
 */
export function readConfig(env: NodeJS.ProcessEnv, { parent, goal }: Arguments): AgentConfig {
  const placed = parent === undefined ? env : { ...env, IMAGE_ROOT_PARENT: parent };
  const given = goal === 'published' ? placed : without(DESTINATION_NAMES, placed);
  const problems: string[] = [];
  const read = attempt(problems, () => readEnvironment([...new Set(NAMES)], given, { IMS_STORE: parseStoreAddress }));
  // Read by themselves as well, so that one misspelt variable does not hide what is missing here.
  const where = attempt([], () => readEnvironment(DESTINATION_NAMES, given, { IMS_STORE: parseStoreAddress }));
  const usual = `${read?.values.IMAGE_ROOT_PARENT ?? ''}/published`;
  const destination = where && destinationOf(where.values, usual, problems);
  problems.push(...portProblems(read?.values));
  if (problems.length > 0 || read === undefined || destination === undefined) {
    throw new Failure('ConfigurationInvalid', problems.join('; '));
  }
  const { values, warnings } = read;
  const layout = layoutOf({ parent: values.IMAGE_ROOT_PARENT, action: values.IMS_ACTION, jailed: values.SSH_JAIL });
  return { values, warnings, layout, settings: { ...settingsOf(values, layout), goal }, destination };
}

/**
 * What the agent will refuse of a job whose first stage is about to begin, a sentence each. A stage that is told
 * everything is checked as the agent is; one that is told less, as the stages of today are, by what it is told.
 */
export function agentProblems(env: NodeJS.ProcessEnv, parent: string): string[] {
  const problems: string[] = [];
  if (isToldAll(env)) attempt(problems, () => readConfig(env, { parent, goal: 'published' }));
  else {
    const told = [...new Set(NAMES)].filter((name) => isTold(env, name));
    attempt(problems, () => readEnvironment(told, env, { IMS_STORE: parseStoreAddress }));
  }
  return problems;
}

/** An agent cannot do without them, so whoever is given both is given all that it has. */
const TELLING_NAMES = ['IMS_ACTION', 'IMAGE_ROOT_ARCHIVE_NAME'] as const;

/** Whether a stage before the agent is told all that the agent is. */
export function isToldAll(env: NodeJS.ProcessEnv): boolean {
  return TELLING_NAMES.every((name) => isTold(env, name));
}

function isTold(env: NodeJS.ProcessEnv, name: string): boolean {
  return (env[name] ?? '').trim() !== '';
}

/** What reading an image back needs. */
export interface ReadingConfig {
  readonly values: Environment<(typeof READING_NAMES)[number]>['values'];
  /** Known exactly for an address in S3. */
  readonly s3: S3Access | undefined;
}

const READING_NAMES = ['LOG_LEVEL', ...TRANSFER_NAMES, ...S3_NAMES] as const;

/**
 * Reads what it takes to read the image back that stands at an address.
 *
 * @throws Failure ConfigurationInvalid naming every problem at once
 */
export function readReadingConfig(env: NodeJS.ProcessEnv, address: string): ReadingConfig {
  const { values } = readEnvironment(READING_NAMES, env);
  const problems: string[] = [];
  const s3 = /^s3:/i.test(address) ? s3AccessOf(values, problems) : undefined;
  if (problems.length > 0) throw new Failure('ConfigurationInvalid', problems.join('; '));
  return { values, s3 };
}

function portProblems(values: AgentConfig['values'] | undefined): string[] {
  if (values === undefined || values.IMS_METRICS_PORT !== values.IMS_SSH_PORT) return [];
  // The agent would have it first, and nobody could log in.
  return ['IMS_METRICS_PORT is the port of the shell (IMS_SSH_PORT): give another, as 9464, or none'];
}

function attempt<T>(problems: string[], read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    problems.push(asFailure(error).message);
    return undefined;
  }
}

function without(names: readonly string[], env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !names.includes(name)));
}

function settingsOf(values: AgentConfig['values'], layout: Layout): Omit<ExportSettings, 'goal'> {
  const seenByUser = (path: string): string => (layout.jailed ? path.slice(layout.imageRoot.length) : path);
  return {
    jobId: values.IMS_JOB_ID,
    imageName: values.IMAGE_ROOT_ARCHIVE_NAME,
    action: values.IMS_ACTION,
    debug: values.ENABLE_DEBUG,
    onInvalid: values.IMS_ON_INVALID,
    packsBeforeChecking: values.IMS_EXIT_CODES === 'drop-in',
    flags: {
      complete: seenByUser(sentinelPath(layout, 'complete')),
      failed: seenByUser(sentinelPath(layout, 'failed')),
    },
    peerTimeoutMs: values.IMS_PEER_TIMEOUT * 1000,
  };
}
