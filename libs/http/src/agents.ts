// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { Agent as PlainAgent, type AgentOptions } from 'node:http';
import { Agent as TlsAgent } from 'node:https';

import type { Trust } from './trust.ts';

/** The connections of one client. */
export interface Agents {
  readonly plain: PlainAgent;
  readonly tls: TlsAgent;
}

/** Makes connections that trust whom `trust` says. */
export function createAgents(trust: Trust, options: AgentOptions): Agents {
  return { plain: new PlainAgent(options), tls: trustingAgent(trust, options) };
}

/** Ends what is still under way. */
export function closeAgents({ plain, tls }: Agents): void {
  plain.destroy();
  tls.destroy();
}

/** Asks whom to trust when it connects: a client that meets no TLS does not pay for it. */
function trustingAgent(trust: Trust, options: AgentOptions): TlsAgent {
  const agent = new TlsAgent({ ...options, rejectUnauthorized: trust.verify });
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (given, done) => {
    // Documented for tls.connect, to which it goes, and missing in the types.
    const trusting = { ...given, secureContext: trust.secureContext() };
    return connect(trusting, done);
  };
  return agent;
}
