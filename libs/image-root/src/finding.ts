// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/**
 * Something that keeps an image from being packaged, in a sentence that says what to do.
 * As in the export story, on which this library, which both containers carry, does not depend.
 */
export interface Finding {
  readonly reason: 'ImageInvalid' | 'PathEscapesRoot' | 'NoSpace' | 'KernelMismatch';
  readonly message: string;
}
