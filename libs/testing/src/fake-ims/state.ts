// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Objects } from './objects.ts';
import type { ImsImage, ImsJob } from './records.ts';

/** What a server does with metadata: before 3.24 it was refused, or stored under the words `key` and `value`. */
export type MetadataHandling = 'kept' | 'refused' | 'misread';

/** All that a fake IMS knows. */
export interface State {
  readonly images: Map<string, ImsImage>;
  readonly jobs: Map<string, ImsJob>;
  /** Nothing is looked for when there is none. */
  readonly objects: Objects | undefined;
  readonly metadata: MetadataHandling;
  readonly cleanup: {
    /** How many more times Kubernetes fails to remove what it holds for a job. */
    failures: number;
    /** The jobs for which it has removed that, in order. */
    readonly done: string[];
  };
}

/** A request to one of the routes. */
export interface Call {
  readonly state: State;
  /** The last part of the path; empty for a collection. */
  readonly id: string;
  readonly query: URLSearchParams;
  /** The body of a route that takes one. */
  readonly input: unknown;
}
