// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { ERRORS } from '@ims/contract';
import { readEnvironment } from '@ims/env';
import { checkAccess, type Access } from '@ims/kube';

import { POD_NAMES, podPlaceOf } from '../pod.ts';
import { environmentOf, print, type CommandRow } from './command.ts';

/** Asks the API server whether this pod may show its job. */
export const CHECK: CommandRow = {
  name: 'check',
  argument: undefined,
  description: 'ask the API server for every permission that the agent needs, and say how to grant what is missing',
  example: 'kubectl exec POD --container agent -- ims-agent check',
  run: async (start, _argument, options) => {
    const { values } = readEnvironment(POD_NAMES, environmentOf(start, options));
    const access = await checkAccess(podPlaceOf(values));
    print(start, options.output, { json: access, rows: rowsOf(access) });
    return exitOf(access);
  },
};

function exitOf(access: Access): number {
  if (access.kind !== 'checked') return ERRORS.PlatformUnavailable.exit;
  return access.missing.length === 0 ? 0 : ERRORS.PermissionMissing.exit;
}

function rowsOf(access: Access): readonly (readonly [string, string])[] {
  if (access.kind !== 'checked') return [[access.kind, access.why]];
  const pod = ['pod', `${access.namespace}/${access.pod}`] as const;
  if (access.missing.length === 0) return [pod, ['granted', 'everything that the agent needs']];
  const missing = access.missing.flatMap(({ permission, verbs, command }) => [
    ['missing', `${verbs.join(', ')} on ${permission.resource}`] as const,
    ['grant', command] as const,
  ]);
  return [pod, ...missing];
}
