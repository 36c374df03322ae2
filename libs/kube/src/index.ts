// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

export { checkAccess, type Access, type MissingPermission } from './access.ts';
export type { PodPlace } from './own-pod.ts';
export { createPodReporter, type PodReporterOptions } from './pod-reporter.ts';
export type { PodReporter } from './reporter.ts';
