// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { spawn } from 'node:child_process';
import { constants } from 'node:os';

const FORWARDED = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']);

/**
 * Runs a program in place of this one: the same terminal, the same signals, the same exit code.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<number>} the exit code, 128+n after signal n
 */
export function passThrough(program, args, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args], { stdio: 'inherit', env });
    for (const signal of FORWARDED) {
      process.on(signal, () => {
        if (!comesFromTerminal(signal)) child.kill(signal);
      });
    }
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}

/**
 * A terminal sends these to every process in its foreground, so the child has its own already; a second one could
 * tell it to hurry and leave work undone.
 *
 * @param {string} signal
 */
function comesFromTerminal(signal) {
  return (signal === 'SIGINT' || signal === 'SIGQUIT') && process.stdin.isTTY;
}
