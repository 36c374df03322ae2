// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFile, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, normalize } from 'node:path';

/** The object store as IMS sees it. */
export interface Objects {
  /** Bytes; undefined when there is no such object. */
  sizeOf(address: string): Promise<number | undefined>;
  /** @throws Error when there is no such object */
  read(address: string): Promise<Buffer>;
  /** Removes an object; one that is not there is no error. */
  remove(address: string): Promise<void>;
}

/** The objects of a store that keeps a bucket as a directory and an object as a file, unfinished uploads elsewhere. */
export function objectsBelow(directory: string): Objects {
  const pathOf = (address: string): string => {
    const key = /^s3:\/\/(?<key>[^/]+\/.+)$/.exec(address)?.groups?.['key'] ?? '';
    const path = normalize(`${directory}/${key}`);
    return key !== '' && path === `${directory}/${key}` ? path : `${directory}/no-such-object`;
  };
  return {
    sizeOf: async (address) => {
      const found = await stat(pathOf(address)).catch(() => undefined);
      return found?.isFile() === true ? found.size : undefined;
    },
    read: async (address) => await readFile(pathOf(address)),
    remove: async (address) => {
      const path = pathOf(address);
      await rm(path, { force: true });
      // What a key looks like a directory for is no object of its own: it goes with the last one in it.
      await rmdir(dirname(path)).catch(() => undefined);
    },
  };
}
