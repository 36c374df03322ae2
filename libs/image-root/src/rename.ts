// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { rename } from 'node:fs/promises';

import type { Attributes } from './attributes.ts';
import { at } from './bytes.ts';
import { despiteAttributes } from './despite.ts';
import type { Pin } from './pin.ts';

/** An entry of a pinned directory; the name is a byte string. */
export interface Named {
  readonly directory: Pin;
  readonly name: string;
}

/** Gives an entry another name, in the same directory or in another one of its file system. */
export async function renameEntry(from: Named, to: Named, attributes: Attributes | undefined): Promise<void> {
  const leaving = { directory: from.directory, names: async () => await Promise.resolve(['.', from.name]) };
  const entering = { directory: to.directory, names: async () => await Promise.resolve(['.']) };
  await despiteAttributes(attributes, leaving, async () => {
    await despiteAttributes(attributes, entering, async () => {
      await rename(at(from.directory, from.name), at(to.directory, to.name));
    });
  });
}
