// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { absolutePath, integer, line } from '../parsers.ts';
import { defaulted, optional, type Variable } from './row.ts';

/** The pod that shows the job, the cluster it is in, and who looks at it there. */
export const POD_VARIABLES = {
  KUBERNETES_SERVICE_HOST: optional(
    'own',
    line(1024),
    'The address of the API server; Kubernetes sets it in every pod. Without one the job is not told to any cluster',
  ),
  KUBERNETES_SERVICE_PORT: defaulted('own', integer(1, 65535), {
    fallback: '443',
    meaning: 'The port of the API server; Kubernetes sets it in every pod',
  }),
  IMS_SERVICE_ACCOUNT_DIR: defaulted('own', absolutePath, {
    fallback: '/var/run/secrets/kubernetes.io/serviceaccount',
    meaning: 'The directory with the files `token`, `ca.crt` and `namespace` by which the API server is spoken to',
  }),
  IMS_POD_NAME: optional(
    'own',
    line(253),
    "The name of the pod (`metadata.name` of the downward API); else as the token has it, else the pod's host name",
  ),
  IMS_POD_NAMESPACE: optional(
    'own',
    line(63),
    'The namespace of the pod (`metadata.namespace`); else as the token or the file beside it has it',
  ),
  IMS_POD_UID: optional(
    'own',
    line(128),
    'The uid of the pod (`metadata.uid`); else as the token has it, else the API server is asked',
  ),
  IMS_METRICS_PORT: optional(
    'own',
    integer(1, 65535),
    'The port on which the agent serves metrics to Prometheus while `run` or `resume` works on a job, never that of the shell; nothing is served when unset',
  ),
} as const satisfies Record<string, Variable<unknown>>;
