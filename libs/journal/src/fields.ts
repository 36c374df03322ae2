// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** A field that is missing or of the wrong kind. */
export class FieldError extends Error {}

/** The fields of an object that was read from disk. */
export type RawFields = Readonly<Record<string, unknown>>;

/** An object, and not an array or `null`. */
export function objectOf(value: unknown, name: string): RawFields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new FieldError(`${name} is no object`);
  return value as RawFields;
}

/** A text field. */
export function text(fields: RawFields, name: string): string {
  const value = fields[name];
  if (typeof value !== 'string') throw new FieldError(`${name} is no text`);
  return value;
}

/** A field that counts something. */
export function count(fields: RawFields, name: string): number {
  const value = fields[name];
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    throw new FieldError(`${name} is no count`);
  return value;
}

/** A field that counts something of which there is at least one. */
export function positive(fields: RawFields, name: string): number {
  const value = count(fields, name);
  if (value === 0) throw new FieldError(`${name} is zero`);
  return value;
}

/** A field with one of a few values. */
export function oneOf<T extends string>(fields: RawFields, name: string, values: readonly T[]): T {
  const value = values.find((candidate) => candidate === fields[name]);
  if (value === undefined) throw new FieldError(`${name} is none of ${values.join(', ')}`);
  return value;
}
