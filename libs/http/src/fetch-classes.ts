// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

// The build puts these in place of the globals of Node, which would bring in a second undici.

export { Headers, Request, Response } from 'undici';
