// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { openPair } from '../support/pair.ts';
import { describePage } from './support/reader.ts';
import type { Session } from './support/session.ts';

/** A login to a job whose kernel is gone: what is typed there ends when the job has answered. */
async function openLogin(): Promise<Session> {
  const pair = await openPair({ jailed: true });
  await pair.ssh('rm /boot/vmlinuz');
  const terminal = pair.login();
  // Neither what is typed nor a prompt is what the page shows.
  terminal.type('PS1=; busybox stty -echo; echo quiet-$((40 + 2))\n');
  await terminal.waitFor(/quiet-42\r?\n/);
  return {
    run: async (command) => {
      const before = terminal.said.length;
      terminal.type(`${command}\n`);
      await pair.reached('WaitingOnUser', 'CompleteRefused');
      await terminal.waitFor(/\/boot\/vmlinuz[^\n]*\n/);
      // What interrupts somebody who types begins a line of its own.
      return { code: 0, printed: terminal.said.slice(before).replaceAll('\r', '').trimStart() };
    },
    elsewhere: async (command) => (await pair.ssh(command)).stdout,
  };
}

describePage('docs/customising.md', async () => ({ session: await openLogin() }));
