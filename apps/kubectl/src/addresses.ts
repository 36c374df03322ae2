// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { isIP } from 'node:net';

import { Failure } from '@ims/runtime';

import { fieldOf, listOf, textOf, textsOf } from './fields.ts';
import type { JobPod } from './job-pod.ts';

/** Where ssh connects to. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

const NAME = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/i;
const HIGHEST_PORT = 65_535;

/**
 * An address that came from outside, fit for a command line: a host name or an IP address, and a port.
 *
 * @throws Failure ConfigurationInvalid
 */
export function checkedAddress(host: string, port: number): Address {
  const isHost = isIP(host) !== 0 || NAME.test(host);
  if (!isHost || !Number.isInteger(port) || port < 1 || port > HIGHEST_PORT) {
    throw new Failure('ConfigurationInvalid', `${JSON.stringify(`${host}:${String(port)}`)} is no address`, {
      advice: 'give a host name or an IP address, and a port: --address 10.1.2.3:22',
    });
  }
  return { host, port };
}

/** Reads `HOST`, `HOST:PORT`, an IPv6 address, or `[IPv6]:PORT`. */
export function parseAddress(text: string): Address {
  const { host = text, port = '22' } =
    /^\[(?<host>[^\]]+)\](?::(?<port>\d{1,5}))?$/.exec(text)?.groups ??
    /^(?<host>[^:]+):(?<port>\d{1,5})$/.exec(text)?.groups ??
    {};
  return checkedAddress(host, Number(port));
}

/** The address that a service gives the pod outside the cluster; nothing when there is none. */
export function outsideAddress(services: unknown, pod: JobPod): Address | undefined {
  const found = listOf(services, 'items')
    .filter((service) => selects(textsOf(service, 'spec', 'selector'), pod))
    .flatMap((service) => balanced(service) ?? onNode(service, pod) ?? []);
  return found[0];
}

function selects(selector: Readonly<Record<string, string>>, { labels }: JobPod): boolean {
  const entries = Object.entries(selector);
  return entries.length > 0 && entries.every(([key, value]) => labels[key] === value);
}

function balanced(service: unknown): Address | undefined {
  const [ingress] = listOf(service, 'status', 'loadBalancer', 'ingress');
  const host = textOf(ingress, 'ip') ?? textOf(ingress, 'hostname');
  return host === undefined ? undefined : checkedAddress(host, numberOf(sshPortOf(service), 'port'));
}

function onNode(service: unknown, { hostIp }: JobPod): Address | undefined {
  const port = numberOf(sshPortOf(service), 'nodePort');
  return port === 0 || hostIp === undefined ? undefined : checkedAddress(hostIp, port);
}

function sshPortOf(service: unknown): unknown {
  const ports = listOf(service, 'spec', 'ports');
  return ports.find((port) => fieldOf(port, 'name') === 'ssh') ?? ports[0];
}

function numberOf(value: unknown, key: string): number {
  const found = fieldOf(value, key);
  return typeof found === 'number' ? found : 0;
}
