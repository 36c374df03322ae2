// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { complaintOf, type Runner } from '@ims/runtime';

/** Whether the sshd side gets a pid and a mount namespace of its own. */
export type Isolation = { readonly kind: 'own' } | { readonly kind: 'none'; readonly why: string };

/** A bind mount that is made in the child's own mount namespace, so that it is gone with the child. */
export interface Bind {
  readonly from: string;
  readonly to: string;
}

const NEW_MOUNTS = ['--mount', '--propagation', 'private'];
// When unshare dies, the kernel ends the namespace's first process and with it every other one in there.
const NEW_PIDS = ['--pid', '--fork', '--kill-child', '--mount-proc'];

/** Finds out whether the kernel lets us make namespaces, by making them. */
export async function probeIsolation(runner: Runner): Promise<Isolation> {
  const outcome = await runner.run({ program: 'unshare', args: [...NEW_MOUNTS, ...NEW_PIDS, 'tini', '--', 'true'] });
  if (outcome.exitCode === 0) return { kind: 'own' };
  return { kind: 'none', why: outcome.notFound ? 'there is no unshare' : complaintOf(outcome) };
}

/** Options of {@link childCommand}. */
export interface ChildOptions {
  readonly isolation: Isolation;
  /** A pid namespace with an init of its own, so that nothing a user left behind outlives the session. */
  readonly ownProcesses: boolean;
  readonly bind: Bind | undefined;
}

/**
 * The words that start one side of the pair. It is signalled when `ims-job` dies without a word
 * (`PR_SET_PDEATHSIG`): the agent ends as it would with its pod, the namespace is taken down at once.
 */
export function childCommand(program: readonly string[], options: ChildOptions): string[] {
  const isolated = options.isolation.kind === 'own';
  const bound = options.bind === undefined ? [...program] : [...bindFirst(options.bind), ...program];
  if (isolated && options.ownProcesses) {
    const init =
      options.bind === undefined ? ['tini', '--', ...program] : [...bindFirst(options.bind), 'tini', '--', ...program];
    return ['setpriv', '--pdeathsig', 'KILL', 'unshare', ...NEW_MOUNTS, ...NEW_PIDS, ...init];
  }
  const mounts = isolated && options.bind !== undefined ? ['unshare', ...NEW_MOUNTS] : [];
  return ['setpriv', '--pdeathsig', 'TERM', ...mounts, ...bound];
}

function bindFirst(bind: Bind): string[] {
  return ['sh', '-c', 'mount --bind "$1" "$2" && shift 2 && exec "$@"', 'sh', bind.from, bind.to];
}
