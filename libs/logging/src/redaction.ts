// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** Stands where a secret was. */
export const REDACTED = '[redacted]';

/** A shorter value is no secret, and hiding it would garble every line it is part of. */
const SHORTEST_SECRET = 4;

/** Fields with such a name never show their value. */
const SECRET_KEY = /authori[sz]ation|secret|token|passw|private.?key|credential|api.?key|access.?key|cookie|signature/i;

/** Secrets that are known by their shape, wherever they stand in a text (H34); `$1` is what may be shown. */
const SHAPES: readonly RegExp[] = [
  // A presigned URL is a secret as a whole; without these it says where and not how.
  /([?&](?:X-Amz-(?:Signature|Credential|Security-Token)|Signature|AWSAccessKeyId|sig|token|access_token)=)[^&\s"'<>]+/gi,
  /(-----BEGIN [A-Z ]*PRIVATE KEY-----)[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /(\b(?:Bearer|Basic)\s+)[\w+/.~=-]{8,}/gi,
  /(:\/\/[^\s/:@"]*:)[^\s/@"]+(?=@)/g,
  /(\b[\w-]*(?:secret|token|passw|api_?key|access_?key)[\w-]*=)[^\s&"']+/gi,
];

/** Takes secrets out of texts and of whatever a log line carries. */
export interface Redactor {
  text(text: string): string;
  /** Whether a field of this name is shown at all. */
  hides(key: string): boolean;
}

/**
 * Makes a redactor that knows the values of the job's own secrets, and every secret that is known by its name or
 * shape. A value is also found as it stands in a URL.
 */
export function createRedactor(secrets: readonly string[]): Redactor {
  const values = [...new Set(secrets.flatMap((secret) => [secret, secret.trim(), encodeURIComponent(secret)]))]
    .filter((value) => value.length >= SHORTEST_SECRET)
    // The longest first: a secret may be part of another one.
    .sort((a, b) => b.length - a.length);
  return {
    text: (text) => {
      let shown = text;
      for (const value of values) shown = shown.replaceAll(value, REDACTED);
      for (const shape of SHAPES) shown = shown.replaceAll(shape, `$1${REDACTED}`);
      return shown;
    },
    hides: (key) => SECRET_KEY.test(key),
  };
}
