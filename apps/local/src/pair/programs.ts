// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** The two programs of the pair, each as the words that start it. */
export interface Programs {
  readonly agent: readonly string[];
  readonly sshd: readonly string[];
}

/**
 * Finds the pair: the bundles beside our own when we are a bundle, the sources otherwise.
 *
 * @param self path of the file that runs, `import.meta.filename` of main
 * @param node path of the Node that runs it
 */
export function findPrograms(self: string, node: string): Programs {
  const beside = (name: string): string => join(dirname(self), `${name}.mjs`);
  if (basename(self).endsWith('.mjs') && existsSync(beside('ims-agent'))) {
    return { agent: [node, beside('ims-agent')], sshd: [node, beside('ims-sshd')] };
  }
  const source = (app: string): string => join(dirname(self), '../..', app, 'src/main.ts');
  return { agent: [node, source('agent')], sshd: [node, source('sshd')] };
}
