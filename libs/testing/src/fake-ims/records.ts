// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { randomUUID } from 'node:crypto';

/** Where a manifest is. */
export interface ImsLink {
  readonly path: string;
  readonly etag?: string;
  readonly type: string;
}

/** The record of an image (reference §6.2). */
export interface ImsImage {
  readonly id: string;
  readonly created: string;
  readonly name: string;
  readonly link: ImsLink | null;
  readonly arch: string;
  /** Not there on a server that knows none. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Where a shell is reached. */
interface ImsConnection {
  readonly host: string;
  readonly port: number;
}

/** The record of a job (reference §6.2). */
export interface ImsJob {
  readonly id: string;
  readonly created: string;
  readonly job_type: 'create' | 'customize';
  readonly artifact_id: string;
  readonly public_key_id: string;
  readonly image_root_archive_name: string;
  readonly kernel_file_name: string;
  readonly initrd_file_name: string;
  readonly kernel_parameters_file_name: string;
  readonly enable_debug: boolean;
  readonly build_env_size: number;
  readonly job_mem_size: number;
  readonly arch: string;
  readonly require_dkms: boolean;
  readonly ssh_containers: readonly {
    readonly name: string;
    readonly jail: boolean;
    readonly status: string;
    readonly connection_info: { readonly customer_access: ImsConnection; readonly 'cluster.local': ImsConnection };
  }[];
  readonly status: string;
  readonly resultant_image_id: string | null;
  readonly remote_build_node: string;
  readonly kubernetes_job: string;
  readonly kubernetes_service: string;
  readonly kubernetes_configmap: string;
  readonly kubernetes_namespace: string;
  readonly kubernetes_pvc: string;
  readonly kubernetes_secret: string;
}

/** All statuses that IMS stores, from any one to any other. */
export const STATUSES = [
  'creating',
  'fetching_image',
  'fetching_recipe',
  'waiting_for_repos',
  'building_image',
  'packaging_artifacts',
  'waiting_on_user',
  'error',
  'success',
] as const;

/** The statuses with which IMS removes what Kubernetes holds for the job. */
export const LAST_STATUSES: readonly string[] = ['error', 'success'];

export const ARCHITECTURES = ['x86_64', 'aarch64'] as const;

/** Now, as IMS writes it: microseconds and no zone. */
export function created(): string {
  return new Date().toISOString().replace('Z', '000');
}

/** A job as IMS makes it for somebody, with whatever the test wants to be different. */
export function newJob(changes: Partial<ImsJob> = {}): ImsJob {
  const id = changes.id ?? randomUUID();
  const name = `cray-ims-${id}-${changes.job_type ?? 'customize'}`;
  const service = `${name}-service`;
  const namespace = 'ims';
  return {
    id,
    created: created(),
    job_type: 'customize',
    artifact_id: randomUUID(),
    public_key_id: randomUUID(),
    image_root_archive_name: 'an image',
    kernel_file_name: 'vmlinuz',
    initrd_file_name: 'initrd',
    kernel_parameters_file_name: 'kernel-parameters',
    enable_debug: false,
    build_env_size: 15,
    job_mem_size: 8,
    arch: 'x86_64',
    require_dkms: true,
    ssh_containers: [
      {
        name: 'customize',
        jail: false,
        status: 'pending',
        connection_info: {
          customer_access: { host: `${id}.ims.cmn.example.com`, port: 22 },
          'cluster.local': { host: `${service}.${namespace}.svc.cluster.local`, port: 22 },
        },
      },
    ],
    status: 'creating',
    resultant_image_id: null,
    remote_build_node: '',
    kubernetes_job: name,
    kubernetes_service: service,
    kubernetes_configmap: `${name}-configmap`,
    kubernetes_namespace: namespace,
    kubernetes_pvc: `${name}-job-claim`,
    kubernetes_secret: '',
    ...changes,
  };
}
