// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { mkdir, writeFile } from 'node:fs/promises';

import { createSshKey, createVolume, freePort, type Volume } from '@ims/testing';
import { silentLogger } from '@ims/runtime';
import { writeDoorFiles } from '@ims/openssh';

/** A job whose containers can be started, with a small image. */
export interface Job {
  readonly volume: Volume;
  readonly port: number;
  readonly sshdEnv: Readonly<Record<string, string>>;
  readonly agentEnv: Readonly<Record<string, string>>;
  readonly hostKeys: string;
}

/** Makes a job; everything of it goes away with the benchmark. */
export async function makeJob(options: { jailed: boolean }): Promise<Job> {
  const volume = await createVolume({ jailed: options.jailed });
  const port = await freePort();
  const { publicKey } = await createSshKey(volume.scratch);
  const [keys, hostKeys] = [`${volume.scratch}/authorized_keys`, `${volume.scratch}/host-keys`];
  await writeFile(keys, `${publicKey}\n`);
  await mkdir(`${volume.scratch}/ca`);
  await writeFile(`${volume.scratch}/ca/certificate_authority.crt`, 'no certificate, but copied as one\n');
  const common = {
    IMS_ACTION: 'customize',
    IMS_JOB_ID: '11111111-2222-4333-8444-555555555555',
    IMAGE_ROOT_PARENT: volume.parent,
    SSH_JAIL: options.jailed ? 'True' : 'False',
    IMS_HOST_KEY_DIR: hostKeys,
  };
  return {
    volume,
    port,
    hostKeys,
    sshdEnv: { ...common, SSHD_OPTIONS: `-E ${volume.config}/sshd.log -f ${volume.config}/sshd_config` },
    agentEnv: {
      ...common,
      IMAGE_ROOT_ARCHIVE_NAME: 'bench',
      IMS_CONFIG_DIR: volume.config,
      IMS_AUTHORIZED_KEYS: keys,
      IMS_CA_DIR: `${volume.scratch}/ca`,
      IMS_SSH_PORT: String(port),
      IMS_SSH_LISTEN: '127.0.0.1',
      IMS_STORE: `${volume.scratch}/store`,
      IMS_TERMINATION_LOG: `${volume.scratch}/termination`,
    },
  };
}

/** Does the agent's part for a sshd container that is measured alone. */
export async function writeConfiguration(job: Job): Promise<void> {
  await writeDoorFiles({
    directory: job.volume.config,
    authorizedKeysSource: `${job.volume.scratch}/authorized_keys`,
    settings: {
      port: job.port,
      listenAddress: '127.0.0.1',
      hostKeyDirectory: job.hostKeys,
      pidFile: `${job.volume.config}/sshd.pid`,
    },
    logger: silentLogger,
  });
}
