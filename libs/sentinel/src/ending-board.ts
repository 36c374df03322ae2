// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Layout } from '@ims/contract';
import type { Board, Logger } from '@ims/runtime';
import { createBoard } from './board.ts';
import { userDirectoryOf, type ImageDirectories } from './user-directory.ts';

/** Nobody knows yet whether there is a private directory whose changes could be watched, in milliseconds. */
const TICK_MS = 200;

/** What the board of a program that could not begin is made of. */
export interface EndingBoardOptions {
  readonly layout: Layout;
  /** The image root, which need not be there. */
  readonly image: ImageDirectories & AsyncDisposable;
  readonly logger: Logger;
}

/** Opens the signal files for a program that could not begin; disposing of them closes the image root too. */
export function openEndingBoard({ layout, image, logger }: EndingBoardOptions): Board & AsyncDisposable {
  const board = createBoard({ layout, userDirectory: userDirectoryOf(layout, image), logger, tickMs: TICK_MS });
  return {
    ...board,
    [Symbol.asyncDispose]: async () => {
      await board.close();
      await image[Symbol.asyncDispose]();
    },
  };
}
