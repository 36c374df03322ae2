// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFile } from 'node:fs/promises';

import { greetingOf } from './banner.ts';

/** Looks whether an ssh server that has answered once is still there. */
export interface Presence {
  isThere(signal: AbortSignal): Promise<boolean>;
}

/** How long an answer holds while the server is seen to listen. */
const HOLDS_MS = 60_000;

/** The state of a socket that listens, in proc(5)'s table. */
const LISTENS = '0A';

/**
 * Watches a server that says nothing of itself otherwise. Both containers of a pod share the network, so that its socket
 * is seen without calling it: each call is two lines in sshd's log, and a login that waits for its turn. Now and then it
 * is called all the same, since one that stands still listens on. Whatever it answers then shows that it lives, also that
 * it has too many callers.
 */
export function createPresence(server: { readonly host: string; readonly port: number }): Presence {
  let answeredAt = Number.NEGATIVE_INFINITY;
  return {
    isThere: async (signal) => {
      const listens = await isListening(server.port);
      if (listens === false) {
        answeredAt = Number.NEGATIVE_INFINITY;
        return false;
      }
      if (listens === true && performance.now() - answeredAt < HOLDS_MS) return true;
      const answers = (await greetingOf({ ...server, signal })) !== 'none';
      answeredAt = answers ? performance.now() : Number.NEGATIVE_INFINITY;
      return answers;
    },
  };
}

/** Whether anybody in this network namespace listens on a port; undefined where the kernel does not tell. */
export async function isListening(port: number): Promise<boolean | undefined> {
  const tables = await Promise.all(['tcp', 'tcp6'].map(async (name) => await tableOf(name)));
  if (tables[0] === undefined) return undefined;
  const wanted = port.toString(16).toUpperCase().padStart(4, '0');
  return tables
    .flatMap((table) => table?.split('\n') ?? [])
    .map((row) => row.trim().split(/\s+/))
    .some(([, local, , state]) => state === LISTENS && local?.endsWith(`:${wanted}`) === true);
}

async function tableOf(name: string): Promise<string | undefined> {
  return await readFile(`/proc/self/net/${name}`, 'latin1').catch(() => undefined);
}
