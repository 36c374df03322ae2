// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Layout, SentinelName } from '@ims/contract';
import type { Logger } from '@ims/runtime';
import { ensurePrivateDirectory } from './private-directory.ts';
import { createPulse, type Waiter } from './pulse.ts';
import type { UserDirectory } from './user-directory.ts';
import { watchPinned, watchTrusted, type TrustedListener } from './watch.ts';

/** All the watches of one job, joined into one pulse. */
export interface Watching {
  /** Begins a wait; the first one begins to watch. */
  join(): Waiter;
  close(): Promise<void>;
}

/** Watches the sentinels of a job; a watch that fails is said once, and the tick carries on. */
export function createWatching(options: {
  readonly layout: Layout;
  readonly userDirectory: UserDirectory;
  readonly logger: Logger;
  readonly own?: SentinelName;
  readonly tickMs: number;
}): Watching {
  const { layout, tickMs } = options;
  const onError = sayOnce(options.logger, tickMs);
  const onEvent = (): void => {
    pulse.beat();
  };
  const pinned = layout.jailed ? watchPinned(options.userDirectory, { onEvent, onError }) : undefined;
  const pulse = createPulse({ tickMs, onTick: () => void pinned?.refresh() });
  let trusted: Promise<{ close(): Promise<void> }> | undefined;
  return {
    join: () => {
      void pinned?.refresh();
      trusted ??= watchVolume(layout, { onEvent, onError, ignored: options.own });
      return pulse.join();
    },
    close: async () => {
      await (await trusted)?.close();
      await pinned?.close();
    },
  };
}

async function watchVolume(layout: Layout, listener: TrustedListener): Promise<{ close(): Promise<void> }> {
  try {
    await ensurePrivateDirectory(layout.private);
    return watchTrusted([layout.parent, layout.private], listener);
  } catch (error) {
    listener.onError(error);
    return { close: () => Promise.resolve() };
  }
}

function sayOnce(logger: Logger, tickMs: number): (error: unknown) => void {
  let said = false;
  return (error) => {
    if (said) return;
    said = true;
    logger.warn({ err: error, tickMs }, 'signal files cannot be watched; they are looked at on every tick instead');
  };
}
