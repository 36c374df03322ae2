// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Trust } from '@ims/http';
import type { RetryPolicy } from '@ims/retry';
import type { Clock } from '@ims/runtime';

import type { WidthBounds } from './width.ts';

/** How an S3 service is reached. */
export interface S3Settings {
  /** `https://rgw.example:8080`; buckets are a part of its paths. */
  readonly endpoint: string;
  /** `us-east-1` when left out: what Ceph and IMS use. */
  readonly region?: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Whose certificates are accepted. */
  readonly trust: Trust;
  /** A transfer that moves no byte for this time has failed, in milliseconds. */
  readonly stallMs: number;
  /** How each call is tried again when it fails for a passing reason. */
  readonly retry: RetryPolicy;
  /** Bytes of a part when the object does not need larger ones; 8 MiB when left out, and S3 takes none below 5 MiB. */
  readonly partBytes?: number;
  /** How many parts of all objects together are on their way at once; 8 at first and up to 16 when left out. */
  readonly width?: WidthBounds;
  /** By which a delay that the service asks for is waited out. */
  readonly clock?: Pick<Clock, 'monotonic' | 'sleep'>;
}
