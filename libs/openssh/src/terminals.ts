// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

import type { Logger } from '@ims/runtime';

/** Majors of pseudo-terminals (Linux, devices.txt: Unix98 PTY slaves). */
const PTY_MAJORS = { first: 136, last: 143 } as const;

/** Path of a pseudo-terminal by the device number that `/proc/<pid>/stat` gives; nothing for other devices. */
export function terminalPath(device: number): string | undefined {
  if (!isPseudoTerminal(device)) return undefined;
  const minor = (device & 0xff) | ((device >>> 12) & 0xf_ff00);
  return `/dev/pts/${String(minor + (majorOf(device) - PTY_MAJORS.first) * 256)}`;
}

/** A message as a terminal shows it: no control characters (they could drive the terminal), CR before LF. */
export function terminalText(message: string): string {
  const lines = message.split(/\r?\n/).map((line) => line.replace(/\p{Cc}/gu, ''));
  return `\r\n${lines.join('\r\n')}\r\n`;
}

/** Writes a message to each of these terminals; one that does not take it is passed over. */
export async function tellTerminals(devices: readonly number[], message: string, logger: Logger): Promise<void> {
  const text = terminalText(message);
  await Promise.all([...new Set(devices)].map(async (device) => await tellTerminal(device, { text, logger })));
}

async function tellTerminal(device: number, { text, logger }: { text: string; logger: Logger }): Promise<void> {
  const path = terminalPath(device);
  if (path === undefined) return;
  try {
    // A terminal that is stopped (Ctrl-S) must not stop us, and none may become ours.
    await using terminal = await open(path, constants.O_WRONLY | constants.O_NOCTTY | constants.O_NONBLOCK);
    const found = await terminal.stat();
    if (!found.isCharacterDevice() || !isPseudoTerminal(found.rdev)) return;
    await terminal.write(text);
  } catch (error) {
    logger.debug({ path, err: error }, 'a terminal did not take the message');
  }
}

function isPseudoTerminal(device: number): boolean {
  const major = majorOf(device);
  return major >= PTY_MAJORS.first && major <= PTY_MAJORS.last;
}

function majorOf(device: number): number {
  return (device >>> 8) & 0xfff;
}
