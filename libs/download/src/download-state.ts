// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { createHmac, randomBytes } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';

import { bootId } from '@ims/runtime';

/** What is known of a download, for another start of the program. */
export interface DownloadState {
  readonly size: number | undefined;
  /** What `If-Range` is asked with. */
  readonly version: string | undefined;
  /** What the store says that the whole has. */
  readonly md5: string | undefined;
}

/** The file beside which a download goes on; it never holds an address, only a keyed digest of one (H34). */
export interface StateFile {
  /** What was noted for this address; `outlived` when the machine was started anew since. */
  read(): Promise<(DownloadState & { readonly outlived: boolean }) | undefined>;
  write(state: DownloadState): Promise<void>;
  remove(): Promise<void>;
}

/** Makes the state file of one address. */
export function openStateFile(path: string, identity: string): StateFile {
  return {
    read: async () => {
      const noted = decode(await readFile(path, 'utf8').catch(() => ''));
      if (noted === undefined || noted.address !== digestOf(noted.salt, identity)) return undefined;
      const { size, version, md5, boot } = noted;
      return { size, version, md5, outlived: boot === undefined || boot !== (await bootId()) };
    },
    write: async (state) => {
      const salt = randomBytes(16).toString('hex');
      const temporary = `${path}.partial`;
      const text = JSON.stringify({ ...state, salt, address: digestOf(salt, identity), boot: await bootId() });
      await rm(temporary, { force: true });
      await writeFile(temporary, `${text}\n`, { mode: 0o600, flag: 'wx' });
      await rename(temporary, path);
    },
    remove: async () => {
      await rm(path, { force: true });
    },
  };
}

type Noted = DownloadState & { readonly salt: string; readonly address: string; readonly boot: string | undefined };

function decode(text: string): Noted | undefined {
  try {
    const { salt, address, boot, size, version, md5 } = JSON.parse(text) as Record<string, unknown>;
    if (typeof salt !== 'string' || typeof address !== 'string') return undefined;
    return { salt, address, boot: textOf(boot), size: numberOf(size), version: textOf(version), md5: textOf(md5) };
  } catch {
    return undefined;
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined;
}

function digestOf(salt: string, identity: string): string {
  return createHmac('sha256', salt).update(identity).digest('hex');
}
