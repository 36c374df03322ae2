// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer as createSocketServer, type AddressInfo, type Server, type Socket } from 'node:net';

import { onCleanup } from '@ims/testing';
import { SELF_SIGNED } from './certificate.ts';

/** Starts an HTTP server; gives its address. */
export async function serve(listener: RequestListener): Promise<string> {
  const server = createHttpServer(listener);
  return `http://${await listen(server, () => server.closeAllConnections())}`;
}

/** Starts a server with a self-signed certificate; gives its address. */
export async function serveTls(listener: RequestListener): Promise<string> {
  const server = createHttpsServer(SELF_SIGNED, listener);
  return `https://${await listen(server, () => server.closeAllConnections())}`;
}

/** Starts a server of bare sockets, called once a whole request has come without a body. */
export async function serveSockets(answer: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createSocketServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    let seen = '';
    socket.on('data', (chunk) => {
      seen += chunk.toString('latin1');
      if (!seen.includes('\r\n\r\n')) return;
      seen = '';
      answer(socket);
    });
  });
  const close = () => sockets.forEach((socket) => socket.destroy());
  return `http://${await listen(server, close)}`;
}

async function listen(server: Server, closeConnections: () => void): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onCleanup(async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    closeConnections();
    await closed;
  });
  return `127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}
