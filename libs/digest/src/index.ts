// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

export { startMd5Thread, type Md5Thread, type Md5ThreadOptions } from './md5-thread.ts';
