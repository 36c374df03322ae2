// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { statSync } from 'node:fs';

import { layoutOf, type Layout } from '@ims/contract';
import { readEnvironment } from '@ims/env';
import { Failure } from '@ims/runtime';

/** What is said of the job on the command line. */
export interface JobFlags {
  readonly directory?: string;
  readonly jailed?: boolean;
}

/** The checked configuration. */
export interface SentinelConfig {
  readonly layout: Layout;
  readonly logLevel: 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR' | 'CRITICAL';
  /** Variables that look misspelt, each as a sentence. */
  readonly warnings: readonly string[];
}

/**
 * Reads where the job's files lie; what stands on the command line wins.
 *
 * @throws Failure ConfigurationInvalid naming what is wrong
 */
export function readConfig(env: NodeJS.ProcessEnv, flags: JobFlags): SentinelConfig {
  const given = flags.directory === undefined ? env : { ...env, IMAGE_ROOT_PARENT: flags.directory };
  const { values, warnings } = readEnvironment(['IMAGE_ROOT_PARENT', 'SSH_JAIL', 'LOG_LEVEL'], given);
  const parent = values.IMAGE_ROOT_PARENT;
  if (statSync(parent, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new Failure('ConfigurationInvalid', `${parent} is not a directory, and so no volume of a job`, {
      advice: 'name the shared volume with --directory or IMAGE_ROOT_PARENT',
    });
  }
  // Only customize jobs are jailed (reference §2), so the action need not be known.
  const layout = layoutOf({ parent, action: 'customize', jailed: flags.jailed ?? values.SSH_JAIL });
  return { layout, logLevel: values.LOG_LEVEL, warnings };
}
