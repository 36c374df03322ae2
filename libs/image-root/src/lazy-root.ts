// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Attributes } from './attributes.ts';
import type { ImageRoot } from './image-root.ts';
import { openImageRoot } from './open.ts';

/** An image root that is opened when it is first needed, and once: it may not be there when a program starts. */
export interface LazyRoot extends AsyncDisposable {
  /** @throws Failure as {@link openImageRoot} does, each time until it is there */
  readonly open: () => Promise<ImageRoot>;
}

/** Opens nothing yet. */
export function lazyImageRoot(path: string, attributes?: Attributes): LazyRoot {
  let opened: Promise<ImageRoot> | undefined;
  return {
    open: async () => {
      opened ??= openImageRoot(path, attributes);
      try {
        return await opened;
      } catch (error) {
        opened = undefined;
        throw error;
      }
    },
    [Symbol.asyncDispose]: async () => {
      await (await opened)?.close();
    },
  };
}
