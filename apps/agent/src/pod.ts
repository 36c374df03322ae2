// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Environment } from '@ims/env';
import type { PodPlace } from '@ims/kube';

/** The variables by which the agent knows its pod and the API server. */
export const POD_NAMES = [
  'KUBERNETES_SERVICE_HOST',
  'KUBERNETES_SERVICE_PORT',
  'IMS_SERVICE_ACCOUNT_DIR',
  'IMS_POD_NAME',
  'IMS_POD_NAMESPACE',
  'IMS_POD_UID',
] as const;

/** Which pod this is, as far as the environment says. */
export function podPlaceOf(values: Environment<(typeof POD_NAMES)[number]>['values']): PodPlace {
  return {
    host: values.KUBERNETES_SERVICE_HOST,
    port: values.KUBERNETES_SERVICE_PORT,
    serviceAccountDirectory: values.IMS_SERVICE_ACCOUNT_DIR,
    name: values.IMS_POD_NAME,
    namespace: values.IMS_POD_NAMESPACE,
    uid: values.IMS_POD_UID,
  };
}
