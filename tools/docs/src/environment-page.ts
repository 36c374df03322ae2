// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { VARIABLES, type Variable } from '@ims/env';
import { code, generatedFrom, page, table } from './markdown.ts';

/** The programs that read variables, and the text of the file in which each picks its rows. */
export type Readers = Readonly<Record<string, string>>;

/** `docs/environment.md`: every variable of the pair. */
export function environmentPage(readers: Readers): string {
  return page(
    generatedFrom(['libs/env']),
    '# Environment',
    INTRODUCTION,
    '## Variables of every IMS job',
    CONTRACT_INTRODUCTION,
    variableTable('contract', readers),
    '## Variables of this pair',
    OWN_INTRODUCTION,
    variableTable('own', readers),
  );
}

const INTRODUCTION = `The programs of the pair read their environment once, at their start, and check all of it before anything is changed:
every variable that is missing or malformed is named in one error (\`ConfigurationInvalid\`, exit code 2) with what was
found and what is accepted. An empty variable counts as unset. A name that is almost one of these is named in a
warning. An argument on the command line wins over a variable.`;

const CONTRACT_INTRODUCTION =
  'The IMS service sets these in the pods of its jobs. They mean what they have always meant.';

const OWN_INTRODUCTION = 'These are new. None of them has to be set.';

function variableTable(origin: Variable<unknown>['origin'], readers: Readers): string {
  const variables: [string, Variable<unknown>][] = Object.entries(VARIABLES);
  return table(
    ['Variable', 'Accepted', 'When unset', 'Meaning', 'Read by'],
    variables
      .filter(([, variable]) => variable.origin === origin)
      .map(([name, variable]) => [
        code(name),
        variable.parser.accepts,
        whenUnset(variable),
        `${variable.meaning}${variable.secret ? ' (secret: never printed)' : ''}`,
        readersOf(name, readers),
      ]),
  );
}

function whenUnset({ whenUnset: value }: Variable<unknown>): string {
  if (value === 'error') return 'error';
  return value === 'none' ? 'no value' : code(value.fallback);
}

function readersOf(name: string, readers: Readers): string {
  return Object.entries(readers)
    .filter(([, text]) => text.includes(`'${name}'`))
    .map(([program]) => code(program))
    .join(', ');
}
