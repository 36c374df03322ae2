// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

import { temporaryDirectory } from './directory.ts';

/** A server's certificate for 127.0.0.1, localhost and whatever else it is asked for, and the authority that signed it. Paths of PEM files. */
export interface Certificates {
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
  /** The same as text. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

const run = promisify(execFile);
const NAMES = ['IP:127.0.0.1', 'DNS:localhost'];
const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/**
 * Makes an authority that nobody knows yet and a certificate of it; they go away with the test.
 *
 * @param host another address that servers listen at
 */
export async function createCertificates(host?: string): Promise<Certificates> {
  const directory = await temporaryDirectory('certificates');
  const file = (name: string): string => `${directory}/${name}.pem`;
  await openssl([
    ...['req', '-x509', ...NEW_KEY, '-days', '2', '-subj', '/CN=Authority of a test'],
    ...['-addext', 'keyUsage=critical,keyCertSign', '-keyout', file('ca-key'), '-out', file('ca')],
  ]);
  const names = host === undefined ? NAMES : [...NAMES, `IP:${host}`];
  await openssl([
    ...['req', '-x509', ...NEW_KEY, '-days', '2', '-subj', '/CN=127.0.0.1'],
    ...['-CA', file('ca'), '-CAkey', file('ca-key')],
    ...['-addext', `subjectAltName=${names.join(',')}`, '-addext', 'basicConstraints=critical,CA:FALSE'],
    ...['-keyout', file('key'), '-out', file('cert')],
  ]);
  const [ca = '', cert = '', key = ''] = await Promise.all(
    ['ca', 'cert', 'key'].map((name) => readFile(file(name), 'utf8')),
  );
  return { caFile: file('ca'), certFile: file('cert'), keyFile: file('key'), ca, cert, key };
}

async function openssl(args: readonly string[]): Promise<void> {
  await run('openssl', [...args]);
}
