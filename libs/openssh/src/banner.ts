// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { connect } from 'node:net';

/** Where an ssh server may answer. */
export interface BannerOptions {
  readonly host: string;
  readonly port: number;
  readonly signal: AbortSignal;
  /** Bound of one attempt. */
  readonly timeoutMs?: number;
}

const BANNER = 'SSH-2.0-';

/** True when an ssh server answers; enough for a door whose container tells nothing more. */
export async function bannerAnswers(options: BannerOptions): Promise<boolean> {
  const { host, port, signal, timeoutMs = 5000 } = options;
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  return await new Promise<boolean>((resolve) => {
    const socket = connect({ host, port, signal: bounded });
    let text = '';
    const answer = (answers: boolean): void => {
      resolve(answers);
      socket.destroy();
    };
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      text += chunk;
      if (text.startsWith(BANNER)) answer(true);
      else if (!BANNER.startsWith(text.slice(0, BANNER.length))) answer(false);
    });
    socket.on('error', () => answer(false));
    socket.on('close', () => answer(false));
  });
}
