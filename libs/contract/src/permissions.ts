// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** One row of {@link REQUIRED_PERMISSIONS}, in the words of a Role. */
export interface PermissionRow {
  /** The API group; the empty one is the core. */
  readonly group: '' | 'events.k8s.io';
  /** With its subresource, as a Role has it: `pods/status`. */
  readonly resource: string;
  readonly verbs: readonly string[];
  /** What the agent does with it. */
  readonly purpose: string;
}

/**
 * All that the agent may do in its cluster, in the namespace of its pod. An admission policy confines it further, to
 * its own pod and to what is named with our prefix.
 */
export const REQUIRED_PERMISSIONS = [
  { group: '', resource: 'pods', verbs: ['get', 'patch'], purpose: 'find its own pod and annotate it' },
  { group: '', resource: 'pods/status', verbs: ['get', 'patch'], purpose: 'keep its conditions on its own pod' },
  { group: 'events.k8s.io', resource: 'events', verbs: ['create'], purpose: 'tell what happens to the job' },
] as const satisfies readonly PermissionRow[];
