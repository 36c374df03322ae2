// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

export { createPlatform, type PlatformOptions } from './platform.ts';
