// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { randomUUID } from 'node:crypto';
import { mkdir, symlink, writeFile } from 'node:fs/promises';

import type { Action } from '@ims/contract';
import { createSshKey, createVolume, freePort, type Volume } from '@ims/testing';

import { installHostKeys } from './host-keys.ts';

/** Everything that lies on disk for a job before either program starts. */
export interface Job {
  readonly id: string;
  readonly volume: Volume;
  readonly port: number;
  /** The user's private key. */
  readonly key: string;
  readonly store: string;
  readonly terminationLog: string;
  readonly hostKeys: string;
  readonly agentEnv: Readonly<Record<string, string>>;
  readonly sshdEnv: Readonly<Record<string, string>>;
}

/** What the two programs are told about a job. */
export interface JobOptions {
  readonly jailed?: boolean;
  readonly action?: Action;
  /** Changes the volume before the programs start. */
  readonly prepare?: (volume: Volume) => Promise<void>;
  readonly agentEnv?: Readonly<Record<string, string>>;
  readonly sshdEnv?: Readonly<Record<string, string>>;
}

/** The CA as the shell finds it in its image. */
export const CERTIFICATE = '-----BEGIN CERTIFICATE-----\nonly a test\n-----END CERTIFICATE-----\n';

/** What resolves names while the shell is open. */
export const POD_RESOLV_CONF = 'nameserver 198.51.100.10\nsearch ims.svc.cluster.local\n';

/** Makes the volume, keys and mounted files of one job. */
export async function createJob(options: JobOptions): Promise<Job> {
  const { jailed = false, action = 'customize' } = options;
  const volume = await createVolume({ jailed, action });
  await options.prepare?.(volume);
  const { scratch, config } = volume;
  const key = await createSshKey(scratch, 'user_key');
  const files = {
    keys: `${scratch}/authorized_keys`,
    ca: `${scratch}/ca`,
    resolv: `${scratch}/pod-resolv.conf`,
    termination: `${scratch}/termination-log`,
  };
  await writeFile(files.keys, `${key.publicKey}\n`);
  await writeFile(files.resolv, POD_RESOLV_CONF);
  await writeFile(files.termination, '');
  await makeConfigMap(files.ca);
  await installHostKeys(`${scratch}/host-keys`);
  const port = await freePort();
  const id = randomUUID();
  const common = {
    IMS_ACTION: action,
    IMS_JOB_ID: id,
    IMAGE_ROOT_PARENT: volume.parent,
    SSH_JAIL: jailed ? 'True' : 'False',
    IMS_HOST_KEY_DIR: `${scratch}/host-keys`,
  };
  return {
    id,
    volume,
    port,
    key: key.path,
    store: `${scratch}/store`,
    terminationLog: files.termination,
    hostKeys: `${scratch}/host-keys`,
    agentEnv: {
      ...common,
      IMAGE_ROOT_ARCHIVE_NAME: 'an image',
      KERNEL_PARAMETERS_FILENAME: 'kernel-parameters',
      IMS_CONFIG_DIR: config,
      IMS_AUTHORIZED_KEYS: files.keys,
      IMS_CA_DIR: files.ca,
      IMS_RESOLV_CONF: files.resolv,
      IMS_SSH_PORT: String(port),
      IMS_SSH_LISTEN: '127.0.0.1',
      IMS_STORE: `${scratch}/store`,
      IMS_TERMINATION_LOG: files.termination,
      ...options.agentEnv,
    },
    sshdEnv: {
      ...common,
      SSHD_OPTIONS: `-E ${config}/sshd.log -f ${config}/sshd_config`,
      SSHD_CONFIG_FILE: `${config}/sshd_config`,
      ...options.sshdEnv,
    },
  };
}

/** The CA as the kubelet mounts a ConfigMap: a link to a link to a directory of the day. */
async function makeConfigMap(directory: string): Promise<void> {
  const day = '..2026_11_23_05_40_11.123456789';
  await mkdir(`${directory}/${day}`, { recursive: true });
  await writeFile(`${directory}/${day}/certificate_authority.crt`, CERTIFICATE);
  await symlink(day, `${directory}/..data`);
  await symlink('..data/certificate_authority.crt', `${directory}/certificate_authority.crt`);
}
