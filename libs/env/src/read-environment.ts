// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { asFailure, Failure } from '@ims/runtime';
import { distance } from 'fastest-levenshtein';

import { VARIABLES, type ValueOf, type Variable, type VariableName } from './variables.ts';

/** The environment of a program, read and checked. */
export interface Environment<N extends VariableName> {
  readonly values: { readonly [K in N]: ValueOf<K> };
  /** Names in the environment that look like a misspelt variable, each as a sentence. */
  readonly warnings: readonly string[];
}

/** What only another library can tell of a variable's text; throws when it is wrong. */
type Checks<N extends VariableName> = Partial<Record<N, (text: string) => unknown>>;

/**
 * Reads the named variables, all of them before it complains about any.
 *
 * @param checks called with the text of a variable that is set and well-formed
 * @throws Failure ConfigurationInvalid with one sentence for every variable that is missing or malformed.
 * @example
 * const { values } = readEnvironment(['IMS_ACTION', 'IMS_JOB_ID'], process.env);
 */
export function readEnvironment<N extends VariableName>(
  names: readonly N[],
  env: Readonly<Record<string, string | undefined>>,
  checks: Checks<N> = {},
): Environment<N> {
  const problems: string[] = [];
  const values: Partial<Record<VariableName, unknown>> = {};
  for (const name of names) {
    const read = readOne(VARIABLES[name], name, env[name]);
    const problem = read.problem ?? objection(name, env[name], checks[name]);
    if (problem === undefined) values[name] = read.value;
    else problems.push(problem);
  }
  if (problems.length > 0) throw new Failure('ConfigurationInvalid', problems.join('; '));
  return { values: values as Environment<N>['values'], warnings: misspelt(env) };
}

function readOne(
  variable: Variable<unknown>,
  name: string,
  given: string | undefined,
): { value?: unknown; problem?: string } {
  const text = given === undefined || given === '' ? textWhenUnset(variable) : given;
  if (text === undefined) {
    return variable.whenUnset === 'none'
      ? { value: undefined }
      : { problem: `${name} is not set (accepted: ${variable.parser.accepts})` };
  }
  const parsed = variable.parser.parse(text);
  if (parsed.ok) return { value: parsed.value };
  const found = variable.secret ? 'a value' : parsed.found;
  return { problem: `${name} is ${found} (accepted: ${variable.parser.accepts})` };
}

function objection(
  name: string,
  given: string | undefined,
  check: ((text: string) => unknown) | undefined,
): string | undefined {
  if (given === undefined || given === '') return undefined;
  try {
    check?.(given);
    return undefined;
  } catch (error) {
    const { message } = asFailure(error);
    return message.startsWith(name) ? message : `${name}: ${message}`;
  }
}

function textWhenUnset(variable: Variable<unknown>): string | undefined {
  return typeof variable.whenUnset === 'object' ? variable.whenUnset.fallback : undefined;
}

// Shorter names are too close to each other and to names of other software to be guessed at.
const SHORTEST_GUESSED = 7;

function misspelt(env: Readonly<Record<string, string | undefined>>): string[] {
  const known = Object.keys(VARIABLES);
  return Object.keys(env)
    .filter((name) => name.length >= SHORTEST_GUESSED && !known.includes(name))
    .flatMap((name) => {
      const meant = known.find((candidate) => candidate.length >= SHORTEST_GUESSED && distance(candidate, name) <= 2);
      return meant === undefined ? [] : [`${name} is not a variable of this program; did you mean ${meant}?`];
    });
}
