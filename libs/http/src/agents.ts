// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { Agent as PlainAgent } from 'node:http';
import { Agent as TlsAgent } from 'node:https';

import type { Trust } from './trust.ts';

/** The connections of one client. */
export interface Agents {
  readonly plain: PlainAgent;
  readonly tls: TlsAgent;
}

/** Makes connections that trust whom `trust` says. */
export function createAgents({ ca, rejectUnauthorized }: Trust, keepsConnections: boolean): Agents {
  const usual = { keepAlive: keepsConnections };
  return { plain: new PlainAgent(usual), tls: new TlsAgent({ ...usual, ca, rejectUnauthorized }) };
}

/** Ends what is still under way. */
export function closeAgents({ plain, tls }: Agents): void {
  plain.destroy();
  tls.destroy();
}
