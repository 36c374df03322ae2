// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

export { mountsBelow, readMounts, readMountsBelow } from './mounts.ts';
export { parseMountinfo, type Mount } from './mountinfo.ts';
