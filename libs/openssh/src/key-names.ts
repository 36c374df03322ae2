// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { parsePublicKeys } from './public-key.ts';

/** Whose key a fingerprint is, as far as authorized_keys has ever said (H38). */
export interface KeyNames {
  /** Remembers every key of an authorized_keys text, also after it is gone from the file. */
  learn(text: string): void;
  commentOf(fingerprint: string): string | undefined;
}

/** Makes an empty memory of keys; the door fills it and the log follower asks it. */
export function createKeyNames(): KeyNames {
  const comments = new Map<string, string>();
  return {
    learn: (text) => {
      for (const key of parsePublicKeys(text)) comments.set(key.fingerprint, key.comment);
    },
    commentOf: (fingerprint) => comments.get(fingerprint),
  };
}
