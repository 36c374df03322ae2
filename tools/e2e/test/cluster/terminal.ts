// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { chmod, symlink, writeFile } from 'node:fs/promises';

import { kubernetesClients, SOURCE_TREE, temporaryDirectory } from '@ims/testing';

import { liveClient, runClient, type LiveLogin, type Said } from '../support/client.ts';
import type { Namespace } from './namespace.ts';

/** A person's terminal, in a clone of the repository, with kubectl, helm and an ssh that knows the person's key. */
export interface Terminal {
  /** Runs what is pasted, to its end; what it leaves in the background ends with it. */
  readonly paste: (shell: 'bash' | 'sh', commands: string) => Promise<Said>;
  /** Starts a command that stays. */
  readonly start: (command: string) => LiveLogin;
}

/** Opens one for the administrator of the cluster, who logs in with this key. */
export async function openTerminal({ kubeconfig }: Namespace, key: string): Promise<Terminal> {
  const [bin, directory] = await Promise.all([temporaryDirectory('bin'), temporaryDirectory('terminal')]);
  const clients = await kubernetesClients();
  await symlink(clients.kubectl, `${bin}/kubectl`);
  await symlink(clients.helm, `${bin}/helm`);
  await symlink(`${SOURCE_TREE}/helm`, `${directory}/helm`);
  // In the place of the person's ~/.ssh/config.
  const settings = `-F none -o BatchMode=yes -o IdentitiesOnly=yes -o IdentityAgent=none -i '${key}'`;
  await writeFile(`${bin}/ssh`, `#!/bin/sh\nexec /usr/bin/ssh ${settings} "$@"\n`);
  await chmod(`${bin}/ssh`, 0o755);
  const environment = [`PATH=${bin}:/usr/bin:/bin`, `KUBECONFIG=${kubeconfig}`, `HOME=${directory}`];
  const line = (shell: string, commands: string): string[] => [
    ...['-i', `--chdir=${directory}`, ...environment, shell, '-c', commands],
  ];
  return {
    paste: async (shell, commands) =>
      await runClient('env', line(shell, `trap '[ -z "$!" ] || kill "$!"' EXIT\n${commands}`)),
    start: (command) => liveClient('env', line('sh', `exec ${command}`)),
  };
}
