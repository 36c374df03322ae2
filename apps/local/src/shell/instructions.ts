// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { commandLine, quote } from './quote.ts';
import { sshWords, type Shell } from './shell.ts';

/** What a person is told whose shell is open: how to get in, and how to hand the image back. */
export function instructions(shell: Shell): string[] {
  const flag = (name: string): string => quote(`${shell.flags}/${name}`);
  const where = shell.jailed
    ? 'You are root inside the image; its /tmp holds the flags.'
    : `You are root on this machine; the image root is ${shell.imageRoot}.`;
  return [
    '',
    'The image is open. Log in from another terminal:',
    '',
    `  ${commandLine(sshWords(shell))}`,
    '',
    where,
    `  touch ${flag('complete')}   publishes the image`,
    `  touch ${flag('failed')}     ends the job without an image`,
    '',
    'Ctrl-C here stops the job; it can be resumed.',
    '',
  ];
}
