// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { podName } from '@ims/cli';
import { layoutOf, type Layout } from '@ims/contract';
import { readEnvironment, VARIABLES, type Environment, type Variable } from '@ims/env';
import { parseSshdOptions, type SshdOptions } from '@ims/openssh';
import type { SessionSettings } from '@ims/session';

const NAMES = [
  'IMS_ACTION',
  'IMS_JOB_ID',
  'IMAGE_ROOT_PARENT',
  'ENABLE_DEBUG',
  'SSH_JAIL',
  'JOB_ENABLE_DKMS',
  'BUILD_ARCH',
  'REMOTE_BUILD_NODE',
  'SSHD_OPTIONS',
  'SSHD_CONFIG_FILE',
  'CUSTOMIZATION_SCRIPT',
  'LOG_LEVEL',
  'IMS_SHELL_VARIABLES',
  'IMS_HOST_KEY_DIR',
  'IMS_PEER_TIMEOUT',
  'IMS_UNSEEN_AGENT_TIMEOUT',
  'IMS_EXIT_CODES',
] as const;

/** The checked configuration of the sshd container. */
export interface SshdConfig {
  readonly values: Environment<(typeof NAMES)[number]>['values'];
  readonly warnings: readonly string[];
  readonly layout: Layout;
  /** All that this container was given, but for secrets and for what is only for this program. */
  readonly environment: Readonly<Record<string, string>>;
  /** Checked here, before anything is changed. */
  readonly sshdOptions: SshdOptions;
  readonly settings: SessionSettings;
}

/** How long the agent may take to check an image before its shell is closed unchecked. */
const VERDICT_TIMEOUT_MS = 60_000;

/**
 * Reads the configuration; a parent directory on the command line wins over the variable.
 *
 * @throws Failure ConfigurationInvalid naming every problem at once
 */
export function readConfig(env: NodeJS.ProcessEnv, parentArgument: string | undefined): SshdConfig {
  const given = parentArgument === undefined ? env : { ...env, IMAGE_ROOT_PARENT: parentArgument };
  const { values, warnings } = readEnvironment(NAMES, given, { SSHD_OPTIONS: parseSshdOptions });
  return {
    values,
    warnings,
    environment: forUsers(given),
    sshdOptions: parseSshdOptions(values.SSHD_OPTIONS ?? ''),
    layout: layoutOf({ parent: values.IMAGE_ROOT_PARENT, action: values.IMS_ACTION, jailed: values.SSH_JAIL }),
    settings: {
      action: values.IMS_ACTION,
      debug: values.ENABLE_DEBUG,
      pod: podName(env),
      peerTimeoutMs: values.IMS_PEER_TIMEOUT * 1000,
      unseenAgentMs: values.IMS_UNSEEN_AGENT_TIMEOUT * 1000,
      verdictTimeoutMs: VERDICT_TIMEOUT_MS,
    },
  };
}

/** What the image sets for the program itself: it would slow down what users run, or let it write where we read. */
const OUR_OWN = new Set(['MALLOC_ARENA_MAX', 'NODE_COMPILE_CACHE']);

/** No secret belongs into this container (H31): one that was given to it by mistake does not reach its users. */
function forUsers(env: NodeJS.ProcessEnv): Record<string, string> {
  const table: Readonly<Record<string, Variable<unknown> | undefined>> = VARIABLES;
  const isSecret = (name: string): boolean => Object.hasOwn(table, name) && table[name]?.secret === true;
  const kept = Object.entries(env).filter(([name]) => !isSecret(name) && !OUR_OWN.has(name));
  return Object.fromEntries(kept.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}
