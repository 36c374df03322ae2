// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { ArtifactSource, ImageIdentity, PutOptions } from '@ims/export';
import type { Access } from './access.ts';
import type { Buffers } from './buffers.ts';
import type { Sums } from './checkpoint.ts';
import { hasCode, type S3Failure } from './failure.ts';
import type { Proof } from './proof.ts';
import type { Slots } from './slots.ts';

/** What all transfers of a store share. */
export interface Shared {
  readonly access: Access;
  readonly slots: Slots;
  readonly buffers: Buffers;
  /** How many slots there are. */
  readonly parallel: number;
  /** What the service is believed to know of checksums; learned once. */
  sums: Sums;
  /** What vouches for a part where the service keeps checksums; learned once. */
  proof: Proof;
}

/** One artifact on its way. */
export interface Transfer {
  readonly shared: Shared;
  readonly key: string;
  readonly image: ImageIdentity;
  readonly source: ArtifactSource;
  readonly options: PutOptions;
}

/** Codes by which services say that they do not take a checksum header; a wrong checksum has other ones. */
const REFUSALS = ['NotImplemented', 'InvalidRequest', 'InvalidArgument', 'XNotImplemented'];

/** Whether a call that carried a checksum should be made again without: decided once, for all that follows. */
export function shouldDoWithoutSums(shared: Shared, error: unknown): error is S3Failure {
  if (shared.sums === 'etag' || !hasCode(error, ...REFUSALS)) return false;
  shared.sums = 'etag';
  shared.access.logger.info({ err: error }, 'the S3 service takes no sha256 checksums: signed payloads have to do');
  return true;
}

/** Codes by which services say that they want each payload signed; a policy of a bucket denies access. */
const SIGN_PLEASE = ['AccessDenied', '403', ...REFUSALS];

/** Whether a part that was vouched for by its checksum alone should be sent again, signed: decided once for all. */
export function shouldSignPayload(shared: Shared, used: Proof, error: unknown): boolean {
  if (used === 'payload' || !hasCode(error, ...SIGN_PLEASE)) return false;
  shared.proof = 'payload';
  shared.access.logger.info({ err: error }, 'the S3 service may want signed payloads: parts are signed from now on');
  return true;
}
