// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

export { readTrust, type TlsPolicy, type Trust } from './trust.ts';
