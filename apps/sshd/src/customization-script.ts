// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { access, constants, stat } from 'node:fs/promises';

import { interpreterOfFile } from '@ims/process';
import type { Logger, Outcome, Runner } from '@ims/runtime';
import type { Script } from '@ims/session';

/** What the script is run with. */
export interface ScriptOptions {
  /** Undefined when the site has none. */
  readonly path: string | undefined;
  /** All that the script sees. */
  readonly env: Readonly<Record<string, string>>;
  readonly runner: Runner;
  readonly logger: Logger;
}

const KEPT_LINES = 5;

/**
 * The site's customization script as a child process: one that exits early or fails ends this job and never
 * leaves the agent waiting (H8). It used to be sourced, so that one without an executable bit or without a first line
 * that names an interpreter is given to `sh`.
 */
export function customizationScript(options: ScriptOptions): Script {
  const { path, env, runner, logger } = options;
  return {
    isThere: async () => {
      if (path === undefined) return false;
      const isThere = await may(path, constants.F_OK);
      if (!isThere) logger.warn({ script: path }, 'the customization script does not exist and is skipped');
      return isThere;
    },
    run: async (signal) => {
      if (path === undefined) return 'absent';
      const kind = await kindOf(path);
      if (kind === 'absent') return kind;
      if (kind === 'no-file') return { exitCode: CANNOT_RUN, lastLines: `${path} is not a file` };
      const lines: string[] = [];
      const direct = kind === 'program';
      const outcome = await runner.run({
        program: direct ? path : '/bin/sh',
        args: direct ? [] : [path],
        env,
        signal,
        onLine: (line) => {
          lines.push(line);
          if (lines.length > KEPT_LINES) lines.shift();
          logger.info({ script: path }, line);
        },
      });
      const exitCode = outcome.exitCode ?? (outcome.notFound ? NOT_FOUND : 128);
      logger.info({ script: path, exitCode }, 'the customization script ended');
      return { exitCode, lastLines: outcome.notFound ? whyNotStarted(path, outcome) : lines.join(' | ') };
    },
  };
}

/** The exit codes by which a shell tells of a program that it could not run, and of one that it did not find. */
const CANNOT_RUN = 126;
const NOT_FOUND = 127;

type Kind = 'absent' | 'no-file' | 'program' | 'for-shell';

async function kindOf(path: string): Promise<Kind> {
  if (!(await may(path, constants.F_OK))) return 'absent';
  if (!(await stat(path)).isFile()) return 'no-file';
  const isProgram = (await may(path, constants.X_OK)) && (await interpreterOfFile(path)) === 'kernel';
  return isProgram ? 'program' : 'for-shell';
}

function whyNotStarted(path: string, { stderr }: Outcome): string {
  return `${path} cannot be started (${stderr}): its first line names an interpreter that is not in this container, or ends in a carriage return`;
}

async function may(path: string, mode: number): Promise<boolean> {
  try {
    await access(path, mode);
    return true;
  } catch {
    return false;
  }
}
