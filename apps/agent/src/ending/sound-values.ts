// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { layoutOf, type Layout } from '@ims/contract';
import { readWhatIsSound, type Environment } from '@ims/env';

import { IMS_NAMES, type ImsValues } from '../ims-names.ts';
import { POD_NAMES } from '../pod.ts';

/** All that the end of a job needs, of which each may be what is wrong. */
const NAMES = [
  'IMS_ACTION',
  'IMAGE_ROOT_PARENT',
  'IMAGE_ROOT_ARCHIVE_NAME',
  'SSH_JAIL',
  'IMS_REGISTRY',
  'IMS_STORE',
  'S3_BUCKET',
  'IMS_TERMINATION_LOG',
  'LOG_LEVEL',
  'S3_ACCESS_KEY',
  'S3_SECRET_KEY',
  ...IMS_NAMES,
  ...POD_NAMES,
] as const;

/** The variables that say where IMS is and who may speak to it: with another value than was meant it would be another. */
const ADDRESS_NAMES = [
  'IMS_URL',
  'CA_CERT',
  'OAUTH_CONFIG_DIR',
  'OAUTH_CLIENT_ENDPOINT',
  'OAUTH_CLIENT_ID',
  'OAUTH_CLIENT_SECRET',
] as const;

type Values = Environment<(typeof NAMES)[number]>['values'];

/** These have no default. */
type Required = 'IMS_ACTION' | 'IMS_JOB_ID' | 'IMAGE_ROOT_ARCHIVE_NAME';

/** What could be read; what is malformed has its default. */
type SoundValues = Omit<Values, Required> & Partial<Pick<Values, Required>>;

/** What is known of a job whose program could not begin. */
export interface KnownJob {
  readonly values: SoundValues;
  /** Undefined when the volume's name cannot be read. */
  readonly layout: Layout | undefined;
  /** Known when the job's id and all that leads to IMS can be read. */
  readonly ims: ImsValues | undefined;
}

/** Reads what can be read. */
export function knownJob(env: Readonly<Record<string, string | undefined>>, parent: string | undefined): KnownJob {
  const given = parent === undefined ? env : { ...env, IMAGE_ROOT_PARENT: parent };
  const read = readWhatIsSound([...new Set(NAMES)], given);
  const { malformed } = read;
  const values = read.values as SoundValues;
  const { IMS_JOB_ID, IMAGE_ROOT_PARENT, IMS_ACTION = 'customize', SSH_JAIL } = values;
  const leadsToIms = IMS_JOB_ID !== undefined && ADDRESS_NAMES.every((name) => !malformed.has(name));
  return {
    values,
    layout: malformed.has('IMAGE_ROOT_PARENT')
      ? undefined
      : layoutOf({ parent: IMAGE_ROOT_PARENT, action: IMS_ACTION, jailed: SSH_JAIL }),
    ims: leadsToIms ? { ...values, IMS_JOB_ID } : undefined,
  };
}
