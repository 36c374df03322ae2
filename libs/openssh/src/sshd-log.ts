// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** One line of sshd's log, understood. */
export type LogEvent =
  | {
      readonly kind: 'login';
      readonly method: string;
      readonly user: string;
      readonly address: string;
      readonly port: number;
      readonly keyType: string | undefined;
      readonly fingerprint: string | undefined;
    }
  | { readonly kind: 'disconnect'; readonly user: string; readonly address: string; readonly port: number }
  | { readonly kind: 'failure' }
  | { readonly kind: 'other' };

const LOGIN = /^Accepted (\S+) for (.*) from (\S+) port (\d+) ssh2(?:: (\S+) (SHA256:\S+))?/;
const DISCONNECT = /^Disconnected from user (.*) (\S+) port (\d+)$/;

/** What a container's log should show at once: refusals, errors, and what makes a login impossible. */
const FAILURES: readonly RegExp[] = [
  // One who only looks whether the port answers is no failure.
  /^(error|fatal): (?!kex_exchange_identification)/,
  /^Failed /,
  /^Invalid user /,
  /^Authentication refused/,
  /^User .* not allowed/,
  /^Bind to port /,
  /^Could not /,
  /^Unable to /,
  /^(Cannot|Bad|Missing|Unsafe) /,
  /bad ownership or modes/,
  /(authenticating|invalid) user .*\[preauth\]$/,
  /^Server refused|^refused /,
];

/** Reads one line of sshd's log as `-E` writes it, without its line end. */
export function parseLogLine(line: string): LogEvent {
  const event = loginOf(line) ?? disconnectOf(line);
  return event ?? { kind: FAILURES.some((pattern) => pattern.test(line)) ? 'failure' : 'other' };
}

function loginOf(line: string): LogEvent | undefined {
  const found = LOGIN.exec(line);
  if (found === null) return undefined;
  const [, method = '', user = '', address = '', port = '', keyType, fingerprint] = found;
  return { kind: 'login', method, user, address, port: Number(port), keyType, fingerprint };
}

function disconnectOf(line: string): LogEvent | undefined {
  const found = DISCONNECT.exec(line);
  if (found === null) return undefined;
  const [, user = '', address = '', port = ''] = found;
  return { kind: 'disconnect', user, address, port: Number(port) };
}
