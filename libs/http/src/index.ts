// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

export { publicAddress } from './address.ts';
export { createAgents, type Agents } from './agents.ts';
export { createHttp, type Http, type HttpAnswer, type HttpCall, type HttpStream, type HttpStreamCall } from './http.ts';
export { plainLine } from './plain-line.ts';
export { HttpProblem, type HttpProblemKind } from './problem.ts';
export { speaksTls } from './speaks-tls.ts';
export { readTrust, trustOnly, type TlsPolicy, type Trust } from './trust.ts';
