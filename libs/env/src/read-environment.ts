// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { asFailure, Failure } from '@ims/runtime';

import { nearest } from './nearest.ts';
import { VARIABLES, type ValueOf, type Variable, type VariableName } from './variables.ts';

/** The environment of a program, read and checked. */
export interface Environment<N extends VariableName> {
  readonly values: { readonly [K in N]: ValueOf<K> };
  /** Names that look like a misspelt variable, and values that are understood but odd; each as a sentence. */
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
    const problem = read.problem ?? objection(name, textOf(VARIABLES[name], env[name]), checks[name]);
    if (problem === undefined) values[name] = read.value;
    else problems.push(problem);
  }
  if (problems.length > 0) throw new Failure('ConfigurationInvalid', problems.join('; '));
  return { values: values as Environment<N>['values'], warnings: [...remarks(names, env), ...misspelt(env)] };
}

/**
 * Reads what can be read of the named variables, for a program that could not begin: of one that is malformed, or
 * missing, the value is that of one that is not set, and `malformed` names it.
 */
export function readWhatIsSound<N extends VariableName>(
  names: readonly N[],
  env: Readonly<Record<string, string | undefined>>,
): { readonly values: Partial<Environment<N>['values']>; readonly malformed: ReadonlySet<N> } {
  const values: Partial<Record<VariableName, unknown>> = {};
  const malformed = new Set<N>();
  for (const name of names) {
    const read = readOne(VARIABLES[name], name, env[name]);
    if (read.problem !== undefined) malformed.add(name);
    values[name] = read.problem === undefined ? read.value : readOne(VARIABLES[name], name, undefined).value;
  }
  return { values: values as Partial<Environment<N>['values']>, malformed };
}

interface Read {
  readonly value?: unknown;
  readonly problem?: string;
}

function readOne(variable: Variable<unknown>, name: string, given: string | undefined): Read {
  const text = textOf(variable, given) ?? textWhenUnset(variable);
  if (text === undefined) {
    return variable.whenUnset === 'none'
      ? { value: undefined }
      : { problem: `${name} is not set (accepted: ${variable.parser.accepts})` };
  }
  const parsed = variable.parser.parse(text);
  if (parsed.ok) return { value: parsed.value };
  const found = variable.secret ? 'a value' : inShort(parsed.found);
  return { problem: `${name} is ${found} (accepted: ${variable.parser.accepts})` };
}

/** What a variable says; undefined when it is empty, which counts as unset. */
function textOf({ parser }: Variable<unknown>, given: string | undefined): string | undefined {
  const text = parser.isVerbatim === true ? given : given?.trim();
  return text === '' ? undefined : text;
}

/** More of a value than this tells nobody more of what is wrong with it. */
const SHOWN = 120;

/** A value for a message, shortened when it is long. */
export function inShort(found: string): string {
  return found.length <= SHOWN ? found : `${found.slice(0, SHOWN)}… (${String(found.length)} characters)`;
}

function objection(
  name: string,
  text: string | undefined,
  check: ((text: string) => unknown) | undefined,
): string | undefined {
  if (text === undefined) return undefined;
  try {
    check?.(text);
    return undefined;
  } catch (error) {
    const { message } = asFailure(error);
    return inShort(message.startsWith(name) ? message : `${name}: ${message}`);
  }
}

function remarks(names: readonly VariableName[], env: Readonly<Record<string, string | undefined>>): string[] {
  return names.flatMap((name) => {
    const variable: Variable<unknown> = VARIABLES[name];
    const text = textOf(variable, env[name]);
    const remark = text === undefined ? undefined : variable.parser.remark?.(text);
    return remark === undefined ? [] : [`${name} is ${JSON.stringify(text)}: it ${remark}`];
  });
}

function textWhenUnset(variable: Variable<unknown>): string | undefined {
  return typeof variable.whenUnset === 'object' ? variable.whenUnset.fallback : undefined;
}

// Shorter names are too close to each other and to names of other software to be guessed at.
const SHORTEST_GUESSED = 7;

function misspelt(env: Readonly<Record<string, string | undefined>>): string[] {
  const known = Object.keys(VARIABLES);
  const guessed = known.filter((name) => name.length >= SHORTEST_GUESSED);
  return Object.keys(env)
    .filter((name) => name.length >= SHORTEST_GUESSED && !known.includes(name))
    .flatMap((name) => {
      const meant = nearest(name, guessed);
      return meant === undefined ? [] : [`${name} is not a variable of this program; did you mean ${meant}?`];
    });
}
