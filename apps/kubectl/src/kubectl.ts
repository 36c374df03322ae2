// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { ProcessRunner, Started } from '@ims/process';
import { Failure, type Outcome } from '@ims/runtime';

import { plain } from './fields.ts';
import { grantFor } from './rights.ts';

/** A single question to the cluster takes no longer, in milliseconds. */
const ASK_MS = 60_000;

/** Which cluster and namespace is meant; what is left out is for kubectl to know. */
export interface Scope {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: string;
}

/** The user's own kubectl, with the user's own rights and ways of logging in. */
export interface Kubectl {
  /** Asks for an object or a list and gives it as parsed JSON. */
  readonly ask: (args: readonly string[]) => Promise<unknown>;
  /** Starts a kubectl that goes on until it is ended by the signal. */
  readonly start: (args: readonly string[], heard: Heard) => Started;
}

/** Who hears a kubectl that goes on. */
interface Heard {
  readonly onStdoutLine: (line: string) => void;
  readonly signal: AbortSignal;
}

/** What a {@link Kubectl} is made of. */
export interface KubectlOptions {
  readonly runner: ProcessRunner;
  /** The user's environment: kubeconfigs name programs that log in, and those need all of it. */
  readonly env: Readonly<Record<string, string>>;
  readonly scope: Scope;
  readonly signal: AbortSignal;
}

/** Makes a kubectl that is run by its name, from the user's PATH. */
export function createKubectl({ runner, env, scope, signal }: KubectlOptions): Kubectl {
  const common = Object.entries(scope).map(([name, value]) => `--${name}=${String(value)}`);
  return {
    ask: async (args) => {
      // An outcome keeps the end of an output only; a list of pods may be longer.
      const lines: string[] = [];
      const outcome = await runner.start({
        ...{ program: 'kubectl', args: [...args, '--output=json', ...common], env, signal, timeoutMs: ASK_MS },
        onStdoutLine: (line) => lines.push(line),
      }).ended;
      signal.throwIfAborted();
      if (outcome.exitCode !== 0) throw refusalOf(outcome);
      return parsed(lines);
    },
    start: (args, heard) => runner.start({ program: 'kubectl', args: [...args, ...common], env, ...heard }),
  };
}

/** Why kubectl did not do it, in its own words. */
export function refusalOf(outcome: Outcome): Failure {
  if (outcome.notFound) {
    return new Failure('ConfigurationInvalid', 'there is no kubectl on the PATH', {
      advice: 'install kubectl; this program works through it',
    });
  }
  const said = outcome.timedOut ? 'the cluster did not answer in time' : plain(outcome.stderr).trim();
  if (/\bforbidden\b/i.test(said)) {
    const grant = grantFor(said);
    return new Failure('PermissionMissing', `kubectl was refused: ${said}`, {
      advice: `ask the administrator ${grant === undefined ? 'for it' : `to run: ${grant}`}`,
    });
  }
  return new Failure('ConfigurationInvalid', `kubectl failed: ${said}`, {
    advice: 'try `kubectl get pods` with the same --namespace, --context and --kubeconfig',
  });
}

function parsed(lines: readonly string[]): unknown {
  try {
    // No line ends inside a text of JSON, but a line that is too long arrives in pieces.
    return JSON.parse(lines.join(''));
  } catch (cause) {
    throw new Failure('Defect', 'kubectl answered with something else than JSON', { cause });
  }
}
