// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { nearest } from '@ims/env';
import { Argument, InvalidArgumentError, type Command } from 'commander';

/**
 * The argument `[parent]` of a command that works on a job's volume. A word that is no path is a command that was
 * misspelt, since the first command is what a program does when it is given none.
 */
export function volumeArgument(program: Command): Argument {
  return new Argument('[parent]', 'the shared volume; wins over IMAGE_ROOT_PARENT').argParser((text: string) => {
    if (text.startsWith('/')) return text;
    if (text.trim() === '') throw new InvalidArgumentError('It is empty: name the shared volume or leave it out.');
    if (text.includes('/')) throw new InvalidArgumentError('The volume is named by an absolute path.');
    const names = program.commands.map((command) => command.name());
    const meant = nearest(text, names);
    const guess = meant === undefined ? `The commands are ${names.join(', ')}.` : `Did you mean ${meant}?`;
    throw new InvalidArgumentError(`It is neither a command nor an absolute path. ${guess}`);
  });
}
