// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** What sshd makes of its configuration and its options for a login as root. */
export interface EffectiveConfig {
  readonly port: number;
  /** `0.0.0.0:22`, `[::]:22`, … */
  readonly listenAddresses: readonly string[];
  /** Nothing when sshd writes none. */
  readonly pidFile: string | undefined;
  /** As configured: absolute, or with tokens, or relative to the home directory. */
  readonly authorizedKeysFiles: readonly string[];
  readonly chrootDirectory: string | undefined;
  readonly hostKeys: readonly string[];
  /** `NAME=value`. */
  readonly setEnv: readonly string[];
  /** The value of a keyword in lower case, the first if there are several. */
  readonly value: (keyword: string) => string | undefined;
}

/** Arguments that make sshd print the configuration as it holds for root from this machine. */
export const DUMP_ARGUMENTS = ['-T', '-C', 'user=root,host=localhost,addr=127.0.0.1'] as const;

/** Reads the output of `sshd -T`. */
export function parseEffectiveConfig(output: string): EffectiveConfig {
  const values = new Map<string, string[]>();
  for (const line of output.split('\n')) {
    // A value may end in blanks, or hold what ends a line elsewhere.
    const [, keyword, value] = /^([a-z0-9]+) (.*)$/s.exec(line) ?? [];
    if (keyword === undefined || value === undefined) continue;
    values.set(keyword, [...(values.get(keyword) ?? []), value]);
  }
  const all = (keyword: string): readonly string[] => values.get(keyword) ?? [];
  const notNone = (keyword: string): string | undefined => all(keyword).find((value) => value !== 'none');
  return {
    port: Number(all('port')[0] ?? '22'),
    listenAddresses: all('listenaddress'),
    pidFile: notNone('pidfile'),
    authorizedKeysFiles: all('authorizedkeysfile').flatMap((value) => value.split(' ')),
    chrootDirectory: notNone('chrootdirectory'),
    hostKeys: all('hostkey'),
    setEnv: all('setenv'),
    value: (keyword) => all(keyword.toLowerCase())[0],
  };
}

/** Where a client on this machine reaches the door: the first address that sshd listens on. */
export function reachableAt(config: EffectiveConfig): { readonly host: string; readonly port: number } {
  const [, bracketed, plain, port] = /^(?:\[(.*)\]|(.*)):(\d+)$/.exec(preferred(config.listenAddresses)) ?? [];
  const host = bracketed ?? plain ?? '0.0.0.0';
  return { host: LOOPBACK[host] ?? host, port: Number(port ?? config.port) };
}

const LOOPBACK: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

/** IPv4 first: IPv6 may be configured and yet not be there. */
function preferred(addresses: readonly string[]): string {
  return addresses.find((address) => !address.startsWith('[')) ?? addresses[0] ?? '';
}
