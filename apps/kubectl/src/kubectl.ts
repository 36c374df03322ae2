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
  /** Asks for an object or a list and gives it as parsed JSON; another signal than the program's ends only that. */
  readonly ask: (args: readonly string[], signal?: AbortSignal) => Promise<unknown>;
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
    ask: async (args, until = signal) => {
      // An outcome keeps the end of an output only; a list of pods may be longer.
      const lines: string[] = [];
      const outcome = await runner.start({
        ...{ program: 'kubectl', args: [...args, '--output=json', ...common], env, signal: until, timeoutMs: ASK_MS },
        onStdoutLine: (line) => lines.push(line),
      }).ended;
      until.throwIfAborted();
      if (outcome.exitCode !== 0) throw refusalOf(outcome);
      return parsed(lines);
    },
    start: (args, heard) => runner.start({ program: 'kubectl', args: [...args, ...common], env, ...heard }),
  };
}

/** The API server cannot be reached; nothing is known of what it would say. */
export class Unreachable extends Failure {}

/** What kubectl says, in its last line, where it has not reached an API server. */
const NOT_REACHED =
  /the connection to the server \S+ was refused|unable to connect to the server|no route to host|i\/o timeout|connection refused|connection reset|TLS handshake timeout|context deadline exceeded|unexpected EOF/i;

/** Why kubectl did not do it, in its own words. */
export function refusalOf(outcome: Outcome): Failure {
  if (outcome.notFound) {
    return new Failure('ConfigurationInvalid', 'there is no kubectl on the PATH', {
      advice: 'install kubectl; this program works through it',
    });
  }
  const said = plain(withoutRepeats(outcome.stderr)).trim();
  if (outcome.timedOut || NOT_REACHED.test(said)) {
    return new Unreachable(
      'ConfigurationInvalid',
      `the cluster cannot be reached: ${outcome.timedOut ? 'no answer in time' : said}`,
      {
        advice: 'look whether `kubectl cluster-info` reaches it, with the same --context and --kubeconfig',
      },
    );
  }
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

/** Before the line that counts kubectl repeats, in the form of a log, that it could not ask what the server offers. */
function withoutRepeats(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  const said = lines.filter((line) => !/^[EWI]\d{4} \d{2}:\d{2}:/.test(line));
  return (said.length > 0 ? said : lines.slice(-1)).join(' ');
}

function parsed(lines: readonly string[]): unknown {
  try {
    // No line ends inside a text of JSON, but a line that is too long arrives in pieces.
    return JSON.parse(lines.join(''));
  } catch (cause) {
    throw new Failure('Defect', 'kubectl answered with something else than JSON', { cause });
  }
}
