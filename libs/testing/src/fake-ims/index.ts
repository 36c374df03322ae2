// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

export type { ImsImage, ImsJob, ImsLink } from './records.ts';
export { startFakeIms, type FakeIms, type FakeImsOptions, type ImsCall } from './server.ts';
