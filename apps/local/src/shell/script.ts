// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';

import { interpreterOf } from '@ims/process';
import { complaintOf, type Logger, type Outcome, type Runner } from '@ims/runtime';
import { DEMO_SCRIPT } from './demo-script.ts';
import type { Narrator } from '../pair/narrator.ts';
import { insideImage, postFlag, runFromStdin, sshCommandWords, touchFlag, type Shell } from './shell.ts';

/** The built-in script of the demonstration, in place of a file's path. */
export const DEMO = 'demo';

/** What running a script needs. */
export interface ScriptPorts {
  readonly runner: Runner;
  readonly logger: Logger;
  readonly narrator: Narrator;
  readonly signal: AbortSignal;
}

/** How a script ended. */
export interface ScriptEnd {
  /** 255 when the connection was lost. */
  readonly exitCode: number;
}

/** Runs a script over ssh inside the image root and shows what it prints. */
export async function runScript(shell: Shell, script: string, ports: ScriptPorts): Promise<ScriptEnd> {
  const input = script === DEMO ? Buffer.from(DEMO_SCRIPT) : await readFile(script);
  const name = script === DEMO ? 'the built-in demonstration script' : script;
  ports.logger.info({}, `runs ${name} over ssh inside the image root`);
  const remote = insideImage(shell, runFromStdin(randomUUID(), interpreterOf(input)));
  const { exitCode } = await overSsh(shell, { remote, input, onLine: (line) => ports.narrator.echo(line) }, ports);
  return { exitCode: exitCode ?? 255 };
}

/** Hands the image back over ssh: complete after a script that ended with 0, failed with the reason otherwise. */
export async function handBack(shell: Shell, { exitCode }: ScriptEnd, ports: ScriptPorts): Promise<void> {
  const reason = `the script ended with exit code ${String(exitCode)}`;
  if (exitCode === 0) ports.logger.info({}, 'the script is done: touches complete over ssh');
  else ports.logger.warn({}, `${reason}: touches failed over ssh`);
  const remote = exitCode === 0 ? touchFlag(shell, 'complete') : postFlag(shell, 'failed', reason);
  const outcome = await overSsh(shell, { remote }, ports);
  // The sshd side may close the shell while the answer is on its way (H40): the flag counts, not the answer.
  if (outcome.exitCode === 0 || outcome.exitCode === 255) return;
  ports.logger.warn({}, `the flag could not be set over ssh: ${complaintOf(outcome)}`);
}

async function overSsh(
  shell: Shell,
  command: { readonly remote: string; readonly input?: Uint8Array; readonly onLine?: (line: string) => void },
  ports: ScriptPorts,
): Promise<Outcome> {
  const { remote, ...rest } = command;
  const [program = '', ...args] = sshCommandWords(shell, remote);
  return await ports.runner.run({ program, args, signal: ports.signal, ...rest });
}
