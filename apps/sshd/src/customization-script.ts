// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { access, constants } from 'node:fs/promises';

import type { Logger, Runner } from '@ims/runtime';
import type { Script } from '@ims/session';

/** What the script is run with. */
export interface ScriptOptions {
  /** Undefined when the site has none. */
  readonly path: string | undefined;
  /** The script sees the flag paths and the job in its environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly runner: Runner;
  readonly logger: Logger;
}

const KEPT_LINES = 5;

/**
 * The site's customization script as a child process: one that exits early or fails ends this job and never
 * leaves the agent waiting (H8). A script without an executable bit is given to `sh`, since it used to be sourced.
 */
export function customizationScript(options: ScriptOptions): Script {
  const { path, env, runner, logger } = options;
  return {
    run: async (signal) => {
      if (path === undefined) return 'absent';
      if (!(await may(path, constants.F_OK))) {
        logger.warn({ script: path }, 'the customization script does not exist and is skipped');
        return 'absent';
      }
      const lines: string[] = [];
      const direct = await may(path, constants.X_OK);
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
      const exitCode = outcome.exitCode ?? (outcome.notFound ? 127 : 128);
      logger.info({ script: path, exitCode }, 'the customization script ended');
      return { exitCode, lastLines: lines.join(' | ') };
    },
  };
}

async function may(path: string, mode: number): Promise<boolean> {
  try {
    await access(path, mode);
    return true;
  } catch {
    return false;
  }
}
