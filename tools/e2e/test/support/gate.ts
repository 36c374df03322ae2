// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { open, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';

import { temporaryDirectory } from '@ims/testing';

const run = promisify(execFile);

/** A customization script that waits until it is let go. */
export interface Gate {
  readonly script: string;
  /** Resolves when the script has come to its gate, and lets it go on. */
  open(): Promise<void>;
}

/** Makes a script that waits at a gate and then does the rest. */
export async function makeGate(rest: string): Promise<Gate> {
  const directory = await temporaryDirectory('gate');
  await run('mkfifo', [`${directory}/gate`]);
  const script = `${directory}/script.sh`;
  await writeFile(script, `#!/bin/sh\nread line < ${directory}/gate\n${rest}\n`, { mode: 0o755 });
  return {
    script,
    open: async () => {
      // A writer of a fifo waits for its reader, and so for the script.
      await using gate = await open(`${directory}/gate`, 'w');
      await gate.writeFile('go\n');
    },
  };
}
