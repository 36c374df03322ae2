// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** What is wrong with the fields of an object, as marshmallow tells it. */
export interface Errors {
  readonly [field: string]: readonly string[] | Errors;
}

/** Looks at one value. */
export type Check = (value: unknown) => readonly string[] | Errors | undefined;

/** What a field of a request must be like. */
interface Field {
  readonly check: Check;
  readonly required?: true;
  readonly nullable?: true;
}

/** All fields that a request may have. */
export type Fields = Readonly<Record<string, Field>>;

const UUID = /^[\da-f]{8}-?(?:[\da-f]{4}-?){3}[\da-f]{12}$/i;

/** What is wrong with a request, a field nobody knows included; undefined when nothing is. */
export function errorsIn(value: unknown, fields: Fields): Errors | undefined {
  if (!isObject(value)) return { _schema: ['Invalid input type.'] };
  const names = new Set([...Object.keys(fields), ...Object.keys(value)]);
  const errors = [...names].flatMap((name) => {
    const error = errorOf(fields[name], { given: name in value, value: value[name] });
    return error === undefined ? [] : [[name, error] as const];
  });
  return errors.length === 0 ? undefined : Object.fromEntries(errors);
}

/** A string of at least so many characters. */
export function text(minimum = 0): Check {
  return (value) => {
    if (typeof value !== 'string') return ['Not a valid string.'];
    return value.length < minimum ? ['The field must not be blank.'] : undefined;
  };
}

/** One of these words. */
export function oneOf(words: readonly string[]): Check {
  return (value) => {
    if (typeof value !== 'string') return ['Not a valid string.'];
    return words.includes(value) ? undefined : [`Must be one of: ${words.join(', ')}.`];
  };
}

export const uuid: Check = (value) =>
  typeof value === 'string' && UUID.test(value) ? undefined : ['Not a valid UUID.'];

/** An object with fields of its own. */
export function nested(fields: Fields): Check {
  return (value) => errorsIn(value, fields);
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function errorOf(
  field: Field | undefined,
  { given, value }: { readonly given: boolean; readonly value: unknown },
): readonly string[] | Errors | undefined {
  if (field === undefined) return ['Unknown field.'];
  if (!given) return field.required === true ? ['Missing data for required field.'] : undefined;
  if (value === null) return field.nullable === true ? undefined : ['Field may not be null.'];
  return field.check(value);
}
