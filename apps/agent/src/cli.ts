// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { exitCodeAsked, runProgram, volumeArgument, type Start } from '@ims/cli';

import { CHECK } from './commands/check.ts';
import type { CommandRow } from './commands/command.ts';
import { PACKAGE } from './commands/package.ts';
import { PUBLISH } from './commands/publish.ts';
import { RESUME, RUN } from './commands/run.ts';
import { VERIFY } from './commands/verify.ts';
import { addPrepare } from './prepare/command.ts';

const ABOUT = {
  name: 'ims-agent',
  description: 'Prepares an image root for the shell, then packs, stores and registers what the user made of it',
  example: RUN.example,
};

/** Every command; the first is what the program does when none is given. */
const COMMANDS: readonly CommandRow[] = [RUN, RESUME, PACKAGE, PUBLISH, VERIFY, CHECK];

/** The program `ims-agent`: gives the exit code of the command line. */
export async function run(start: Start): Promise<number> {
  const code = await runProgram(ABOUT, start.argv, (program, act) => {
    addPrepare(program, act, start);
    for (const row of COMMANDS) {
      const command = program.command(row.name, { isDefault: row === RUN });
      if (row.argument === 'volume') command.addArgument(volumeArgument(program));
      else if (row.argument !== undefined) command.argument(...row.argument);
      command
        .description(row.description)
        .addHelpText('after', `\nExample:\n  ${row.example}`)
        .action(act(async (argument: string | undefined) => await row.run(start, argument, program.opts())));
    }
  });
  return exitCodeAsked({ program: 'ims-agent', code, env: start.env });
}
