// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { connect } from 'node:net';

import { hasCode } from './files.ts';
import { ownAddress } from './own-address.ts';

/** Where an ssh server may answer. */
export interface BannerOptions {
  readonly host: string;
  readonly port: number;
  readonly signal: AbortSignal;
  /** Bound of one attempt. */
  readonly timeoutMs?: number;
}

/**
 * What a server makes of a call: it greets as ssh does, it says something else or hangs up, as sshd does when it has too
 * many callers, or there is nobody, or somebody who stands still.
 */
export type Greeting = 'ssh' | 'other' | 'none';

const BANNER = 'SSH-2.0-';

/** True when an ssh server answers; enough for a door whose container tells nothing more. */
export async function bannerAnswers(options: BannerOptions): Promise<boolean> {
  return (await greetingOf(options)) === 'ssh';
}

/** Calls a server and hangs up as soon as it has said who it is. */
export async function greetingOf(options: BannerOptions): Promise<Greeting> {
  const { host, port, signal, timeoutMs = 5000 } = options;
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  const localAddress = ownAddress(host);
  return await new Promise<Greeting>((resolve) => {
    const socket = connect({ host, port, ...(localAddress === undefined ? {} : { localAddress }), signal: bounded });
    let text = '';
    let reached = false;
    const end = (greeting: Greeting): void => {
      resolve(greeting);
      socket.destroy();
    };
    const hungUp = (): void => end(reached && !bounded.aborted ? 'other' : 'none');
    socket.setEncoding('latin1');
    socket.on('connect', () => {
      reached = true;
    });
    socket.on('data', (chunk: string) => {
      text += chunk;
      if (text.startsWith(BANNER)) end('ssh');
      else if (!BANNER.startsWith(text.slice(0, BANNER.length))) end('other');
    });
    socket.on('error', (error) => {
      // It may come before we know that we were connected.
      reached ||= hasCode(error, 'ECONNRESET');
      hungUp();
    });
    socket.on('close', hungUp);
  });
}
