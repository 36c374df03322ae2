// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** The notes of a chart in what helm says when it has installed it. */
export function notesIn(said: string): string {
  const [, notes] = said.split('\nNOTES:\n');
  if (notes === undefined) throw new Error(`no notes in:\n${said}`);
  return notes;
}

/**
 * The commands below every line of text that matches, as somebody would paste them.
 *
 * @throws Error when there are none
 */
export function commandsBelow(notes: string, heading: RegExp): string {
  const commands: string[] = [];
  let wanted = false;
  for (const line of notes.split('\n')) {
    const isCommand = line.startsWith('  ');
    if (isCommand && wanted) commands.push(line.trimStart());
    if (!isCommand && line !== '') wanted = heading.test(line);
  }
  if (commands.length === 0) throw new Error(`no commands below ${String(heading)} in:\n${notes}`);
  return commands.join('\n');
}
