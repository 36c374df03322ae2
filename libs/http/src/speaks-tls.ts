// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { connect } from 'node:tls';

/** How long the other side may take to answer, in milliseconds. */
const LONGEST_MS = 3000;

/** Whether TLS is spoken at the address of an URL, whoever's certificate it has; sends nothing else. Never throws. */
export async function speaksTls({ hostname, port, protocol }: URL): Promise<boolean> {
  const usual = protocol === 'https:' ? 443 : 80;
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ host, port: port === '' ? usual : Number(port), rejectUnauthorized: false }, () => {
    resolve(true);
  });
  socket.setTimeout(LONGEST_MS, () => {
    resolve(false);
  });
  socket.once('error', () => {
    resolve(false);
  });
  try {
    return await promise;
  } finally {
    socket.destroy();
  }
}
