// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { ArtifactStore } from '@ims/export';
import { Failure, type Logger } from '@ims/runtime';
import { createDirectoryStore } from './directory/store.ts';

/** Where artifacts are published. */
export interface StoreAddress {
  readonly kind: StoreKind;
  /** Absolute path of a directory store. */
  readonly directory: string;
}

/** What a store is opened with besides its address. */
export interface StoreTools {
  readonly logger: Logger;
}

interface StoreRow {
  /** The schemes of its addresses; the empty one stands for a plain path. */
  readonly schemes: readonly string[];
  /** How its address is written. */
  readonly example: string;
  readonly parse: (text: string) => Omit<StoreAddress, 'kind'>;
  readonly open: (address: StoreAddress, tools: StoreTools) => ArtifactStore;
}

/** Every kind of store; another one is another row. */
const STORES = {
  directory: {
    schemes: ['', 'file'],
    example: '/srv/images or file:///srv/images',
    parse: (text) => ({ directory: directoryOf(text) }),
    open: ({ directory }, { logger }) => createDirectoryStore({ directory, logger }),
  },
} as const satisfies Record<string, StoreRow>;

/** The name of a kind of store. */
export type StoreKind = keyof typeof STORES;

const ROWS: readonly (readonly [StoreKind, StoreRow])[] = [['directory', STORES.directory]];

/**
 * Reads the address of a store, `IMS_STORE` or `--store`; a relative path counts from the working directory.
 *
 * @throws Failure ConfigurationInvalid for an address that no store of this version has
 */
export function parseStoreAddress(text: string): StoreAddress {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase() ?? '';
  const row = ROWS.find(([, { schemes }]) => schemes.includes(scheme));
  if (row === undefined) throw unknown(text, scheme);
  const [kind, { parse }] = row;
  return { kind, ...parse(text) };
}

/** Opens the store at an address. */
export function openStore(address: StoreAddress, tools: StoreTools): ArtifactStore {
  return STORES[address.kind].open(address, tools);
}

function directoryOf(text: string): string {
  if (text.trim() === '' || text.includes('\0')) throw refuse(text, 'it names no directory');
  if (!/^file:/i.test(text)) return resolve(text);
  try {
    return resolve(fileURLToPath(text));
  } catch (error) {
    throw refuse(text, error instanceof Error ? error.message : String(error));
  }
}

function unknown(text: string, scheme: string): Failure {
  return refuse(text, scheme === 's3' ? 'S3 is not available in this version' : `there is no store of kind ${scheme}`);
}

function refuse(text: string, why: string): Failure {
  const examples = ROWS.map(([, { example }]) => example).join(', ');
  // Whatever stands before an @ may be a password (H34).
  const shown = JSON.stringify(text.replace(/\/\/[^/]*@/, '//…@'));
  return new Failure('ConfigurationInvalid', `the store ${shown} cannot be used: ${why}; accepted: ${examples}`);
}
