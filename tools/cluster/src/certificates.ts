// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';

import { run } from './commands.ts';
import { ADDRESSES, CLUSTER_NAME, NODE_NAME, type Layout } from './layout.ts';

/** A certificate that the cluster's own authority signs. */
export interface Certificate {
  readonly name: string;
  /** As `openssl -subj` takes it. */
  readonly subject: string;
  /** Lines of x509v3_config(5). */
  readonly extensions: readonly string[];
}

/** The authority is made on the spot and dies with the cluster. */
export const AUTHORITY: Certificate = {
  name: 'ca',
  subject: `/CN=${CLUSTER_NAME}`,
  extensions: ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign,cRLSign'],
};

const ADDRESS_NAMES = [ADDRESSES.service, ADDRESSES.node, '127.0.0.1'].map((address) => `IP:${address}`);
const DNS_NAMES = ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'localhost'].map(
  (name) => `DNS:${name}`,
);

/** Who has to prove what to whom. */
const CERTIFICATES: readonly Certificate[] = [
  {
    name: 'apiserver',
    subject: '/CN=kube-apiserver',
    extensions: [
      `subjectAltName=${[...ADDRESS_NAMES, ...DNS_NAMES].join(',')}`,
      'extendedKeyUsage=serverAuth',
      'keyUsage=critical,digitalSignature',
    ],
  },
  {
    // What fetches logs and opens shells: the kubelet answers nobody else.
    name: 'apiserver-to-kubelet',
    subject: '/O=system:masters/CN=kube-apiserver-kubelet-client',
    extensions: ['extendedKeyUsage=clientAuth', 'keyUsage=critical,digitalSignature'],
  },
  {
    name: 'kubelet',
    subject: `/O=system:nodes/CN=system:node:${NODE_NAME}`,
    extensions: [
      `subjectAltName=IP:${ADDRESSES.node},DNS:${NODE_NAME}`,
      'extendedKeyUsage=serverAuth',
      'keyUsage=critical,digitalSignature',
    ],
  },
];

/** Who talks to the API server, by the groups that its built-in roles are bound to. */
export const IDENTITIES = {
  admin: { user: 'admin', groups: ['system:masters'] },
  'controller-manager': { user: 'system:kube-controller-manager', groups: [] },
  scheduler: { user: 'system:kube-scheduler', groups: [] },
  node: { user: `system:node:${NODE_NAME}`, groups: ['system:nodes'] },
} as const satisfies Readonly<Record<string, { user: string; groups: readonly string[] }>>;

/** One of those who talk to the API server. */
export type Identity = keyof typeof IDENTITIES;

/** A fresh secret for each identity. */
export function newTokens(): Record<Identity, string> {
  const names = Object.keys(IDENTITIES) as Identity[];
  return Object.fromEntries(names.map((name) => [name, randomBytes(24).toString('hex')])) as Record<Identity, string>;
}

/** The API server's `--token-auth-file`. */
export function tokenFile(tokens: Readonly<Record<Identity, string>>): string {
  const rows = (Object.keys(IDENTITIES) as Identity[]).map((name) => {
    const { user, groups } = IDENTITIES[name];
    return `${tokens[name]},${user},${name},"${groups.join(',')}"\n`;
  });
  return rows.join('');
}

/** The arguments of `openssl` that make a certificate and its key; the authority signs itself. */
function opensslArguments(directory: string, certificate: Certificate): string[] {
  const signedBy =
    certificate === AUTHORITY
      ? []
      : ['-CA', `${directory}/${AUTHORITY.name}.crt`, '-CAkey', `${directory}/${AUTHORITY.name}.key`];
  return [
    ...['req', '-x509', '-batch', '-noenc', '-days', '3650', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
    ...['-subj', certificate.subject, ...certificate.extensions.flatMap((line) => ['-addext', line]), ...signedBy],
    ...['-keyout', `${directory}/${certificate.name}.key`, '-out', `${directory}/${certificate.name}.crt`],
  ];
}

/** Makes every certificate, key and token of a new cluster, once. */
export async function provideSecrets(layout: Layout): Promise<void> {
  const directory = layout.secrets;
  if (existsSync(`${directory}/tokens.json`)) return;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  for (const certificate of [AUTHORITY, ...CERTIFICATES])
    await run('openssl', ...opensslArguments(directory, certificate));
  const keys = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const tokens = newTokens();
  const write = async (name: string, text: string): Promise<void> =>
    await writeFile(`${directory}/${name}`, text, { mode: 0o600 });
  await write('service-accounts.key', keys.privateKey);
  await write('service-accounts.pub', keys.publicKey);
  await write('tokens.csv', tokenFile(tokens));
  // The last one, for it says that all is there.
  await write('tokens.json', JSON.stringify(tokens));
}
