// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/**
 * Something that keeps an image from being packaged, in a sentence that says what to do.
 * Fits `Finding` of the export story, whose types a library of both containers cannot import.
 */
export interface Finding {
  readonly reason: 'ImageInvalid' | 'PathEscapesRoot' | 'NoSpace' | 'KernelMismatch';
  readonly message: string;
}
