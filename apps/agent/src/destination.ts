// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { parseStoreAddress, type StoreAddress } from '@ims/artifacts';
import type { Environment } from '@ims/env';

import { s3AccessOf, S3_NAMES, type S3Access } from './s3-access.ts';

/** The variables that say where an image is published. */
export const DESTINATION_NAMES = ['IMS_STORE', 'IMS_STORE_COPY', 'IMS_REGISTRY', 'S3_BUCKET', ...S3_NAMES] as const;

/** Their values. */
export type DestinationValues = Environment<(typeof DESTINATION_NAMES)[number]>['values'];

/** Where the image records are kept. */
type RegistryChoice =
  { readonly kind: 'ims' } | { readonly kind: 'store'; readonly directory: string } | { readonly kind: 'none' };

/** Where an image is published. */
export interface Destination {
  readonly store: StoreAddress;
  /** Known exactly for a store in S3. */
  readonly s3: S3Access | undefined;
  /** A directory that gets a copy of everything. */
  readonly copy: string | undefined;
  readonly registry: RegistryChoice;
}

/**
 * Decides where an image is published; what does not go together is added to `problems`, a sentence each.
 *
 * @param usual the directory of a job that is told nothing
 */
export function destinationOf(values: DestinationValues, usual: string, problems: string[]): Destination {
  const bucket = values.S3_BUCKET === undefined ? undefined : `s3://${values.S3_BUCKET}`;
  const store = parseStoreAddress(values.IMS_STORE ?? bucket ?? usual);
  const copy = values.IMS_STORE_COPY;
  if (store.kind !== 's3' && copy !== undefined) {
    problems.push('IMS_STORE_COPY is set although the store is a directory (accepted: with a store in S3)');
  }
  return {
    store,
    s3: store.kind === 's3' ? s3AccessOf(values, problems) : undefined,
    copy,
    registry: registryOf(values.IMS_REGISTRY, { store, copy }, problems),
  };
}

type Place = Pick<Destination, 'store' | 'copy'>;

/** How each word is understood; `auto` keeps the records where the clients of such a store look for them. */
const REGISTRIES: Readonly<
  Record<DestinationValues['IMS_REGISTRY'], (place: Place, problems: string[]) => RegistryChoice>
> = {
  auto: ({ store }) => (store.kind === 's3' ? { kind: 'ims' } : { kind: 'store', directory: store.directory }),
  ims: ({ store }, problems) => {
    if (store.kind !== 's3') {
      problems.push('IMS_REGISTRY is "ims" although the store is a directory: IMS links manifests in S3 only');
    }
    return { kind: 'ims' };
  },
  store: ({ store, copy }, problems) => {
    const directory = store.kind === 's3' ? copy : store.directory;
    if (directory !== undefined) return { kind: 'store', directory };
    problems.push(
      'IMS_REGISTRY is "store" although the store is in S3 (accepted: with IMS_STORE_COPY, or a directory)',
    );
    return { kind: 'none' };
  },
  none: () => ({ kind: 'none' }),
};

function registryOf(word: DestinationValues['IMS_REGISTRY'], place: Place, problems: string[]): RegistryChoice {
  return REGISTRIES[word](place, problems);
}
