// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** A value inside an answer of another program; undefined where there is none. */
export function fieldOf(value: unknown, ...path: readonly string[]): unknown {
  let found = value;
  for (const key of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return undefined;
    found = (found as Record<string, unknown>)[key];
  }
  return found;
}

/** A text inside an answer, safe to be shown; undefined where there is none. */
export function textOf(value: unknown, ...path: readonly string[]): string | undefined {
  const found = fieldOf(value, ...path);
  return typeof found === 'string' ? plain(found) : undefined;
}

/** A list inside an answer; empty where there is none. */
export function listOf(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = fieldOf(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** The texts of a map inside an answer, safe to be shown. */
export function textsOf(value: unknown, ...path: readonly string[]): Readonly<Record<string, string>> {
  const found = fieldOf(value, ...path);
  if (typeof found !== 'object' || found === null) return {};
  const entries = Object.entries(found).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return Object.fromEntries(entries.map(([key, text]) => [plain(key), plain(text)]));
}

/**
 * The text in one line without what a terminal would obey: whoever writes an annotation must not move the cursor, nor
 * turn the direction of the letters round.
 */
export function plain(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu, '');
}

/** JSON from an annotation, each text in it safe to be shown; undefined when it is none. */
export function jsonOf(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text, (_, value: unknown) => shown(value));
  } catch {
    return undefined;
  }
}

function shown(value: unknown): unknown {
  return typeof value === 'string' ? plain(value) : value;
}
