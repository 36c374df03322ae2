// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { LinkType } from '@ims/contract';
import { Failure } from '@ims/runtime';

/** An image record with the fields that IMS gives it (reference §6.3). */
export interface ImageRecord {
  readonly id: string;
  readonly name: string;
  /** RFC 3339, UTC. */
  readonly created: string;
  readonly arch: string;
  readonly link: { readonly path: string; readonly etag: string; readonly type: LinkType } | null;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Reads a record; `what` names it in errors.
 *
 * @throws Failure RegistrationFailed when it is not what this registry writes
 */
export function decodeImageRecord(text: string, what: string): ImageRecord {
  const value = parse(text);
  if (!isRecord(value)) {
    throw new Failure('RegistrationFailed', `${what} is no image record`, {
      advice: 'move the file away and resume the job; it is written again',
    });
  }
  return value;
}

function isRecord(value: unknown): value is ImageRecord {
  if (!isObject(value)) return false;
  const texts = ['id', 'name', 'created', 'arch'].every((field) => typeof value[field] === 'string');
  const metadata = value['metadata'];
  return texts && isLink(value['link']) && isObject(metadata) && Object.values(metadata).every(isText);
}

function isLink(value: unknown): boolean {
  if (value === null) return true;
  return (
    isObject(value) && isText(value['path']) && isText(value['etag']) && ['s3', 'file'].includes(String(value['type']))
  );
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
