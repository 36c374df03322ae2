// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { PairImages } from '@ims/cluster';

/** What IMS puts into its template of a customize job. */
export interface ImsJob {
  readonly id: string;
  readonly images: PairImages;
  /** Presigned. */
  readonly downloadUrl: string;
  readonly md5: string;
  readonly jail: boolean;
  readonly bucket: string;
  /** IMS has one address on every system, which the templates leave out. */
  readonly imsUrl: string;
}

/** Variables with their values. */
export type Env = Readonly<Record<string, string>>;

/** The variables of all containers (reference §2). */
const common = ({ id, jail }: ImsJob): Env => ({
  IMS_JOB_ID: id,
  IMAGE_ROOT_PARENT: '/mnt/image',
  SSH_JAIL: jail ? 'True' : 'False',
  BUILD_ARCH: 'x86_64',
  REMOTE_BUILD_NODE: '',
  API_GATEWAY_HOSTNAME: 'api-gw-service-nmn.local',
  CA_CERT: '/etc/cray/ca/certificate_authority.crt',
});

/** Those of the containers that speak to IMS. */
const speaking = ({ imsUrl }: ImsJob): Env => ({
  OAUTH_CONFIG_DIR: '/etc/admin-client-auth',
  LOG_LEVEL: 'INFO',
  KERNEL_FILENAME: 'vmlinuz',
  INITRD_FILENAME: 'initrd',
  KERNEL_PARAMETERS_FILENAME: 'kernel-parameters',
  IMS_URL: imsUrl,
});

/** Of the container that fetches the image. */
export const prepareEnv = (job: ImsJob): Env => ({
  ...common(job),
  ...speaking(job),
  JOB_ENABLE_DKMS: 'False',
  DOWNLOAD_MD5SUM: job.md5,
  IMS_SSHD_IMAGE: 'cray/cray-ims-sshd:1.15.2',
});

/** Of the companion of the sshd container. */
export const sidecarEnv = (job: ImsJob): Env => ({
  ...common(job),
  ...speaking(job),
  IMS_ACTION: 'customize',
  ENABLE_DEBUG: 'False',
  IMAGE_ROOT_ARCHIVE_NAME: 'an image',
  SERVICE_NAME: 'ims-service',
  S3_BUCKET: job.bucket,
});

/** Of the sshd container. */
export const sshdEnv = (job: ImsJob): Env => ({
  ...common(job),
  IMS_ACTION: 'customize',
  ENABLE_DEBUG: 'False',
  JOB_ENABLE_DKMS: 'False',
  REMOTE_HEARTBEAT_TIMEOUT_COUNT: '12',
  SSHD_OPTIONS: '-E /etc/cray/ims/sshd.log -f /etc/cray/ims/sshd_config',
  SSHD_CONFIG_FILE: '/etc/cray/ims/sshd_config',
});

/** What the sidecar has of the secret for S3, by the names of the variables. */
export const S3_KEYS: Env = {
  S3_ACCESS_KEY: 'access_key',
  S3_SECRET_KEY: 'secret_key',
  S3_ENDPOINT: 's3_endpoint',
  S3_SSL_VALIDATE: 'ssl_validate',
};
