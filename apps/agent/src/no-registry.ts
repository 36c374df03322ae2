// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { imageIdOf } from '@ims/artifacts';
import type { ImageRegistry } from '@ims/export';

/** For a site that keeps no image records: the id follows from the job's, and the manifest alone is the image. */
export const noRegistry: ImageRegistry = {
  create: ({ jobId }) => Promise.resolve(imageIdOf(jobId)),
  link: () => Promise.resolve(),
  announce: () => Promise.resolve(),
  withdraw: () => Promise.resolve(true),
};
