// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';

import { onCleanup } from '@ims/testing';

/** What is known of a door from outside. */
export interface DoorAddress {
  readonly port: number;
  /** A private key that may log in. */
  readonly key: string;
}

/** How a client program ended. */
export interface Said {
  /** 255 when ssh itself failed. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A login that stays open. */
export interface LiveLogin {
  readonly pid: number;
  type(text: string): void;
  /** Resolves when both outputs together match; rejects, with what was said, when the login ends before. */
  waitFor(wanted: string | RegExp): Promise<string>;
  readonly said: string;
  readonly ended: Promise<number | null>;
}

/** The options of ssh and sftp: nothing of this machine's own configuration, nothing asked. */
export function clientOptions({ port, key }: DoorAddress): string[] {
  const settings = {
    BatchMode: 'yes',
    ConnectTimeout: '30',
    IdentitiesOnly: 'yes',
    IdentityAgent: 'none',
    IdentityFile: key,
    LogLevel: 'ERROR',
    Port: String(port),
    StrictHostKeyChecking: 'no',
    User: 'root',
    UserKnownHostsFile: '/dev/null',
  };
  return ['-F', 'none', ...Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`])];
}

/** Runs a program to its end with this input. */
export async function runClient(program: string, args: readonly string[], input: string | Buffer = ''): Promise<Said> {
  const child = start(program, args);
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout: Buffer.concat(out).toString('latin1'), stderr: Buffer.concat(err).toString('latin1') };
}

/** Starts a program that is typed to while it runs. */
export function liveClient(program: string, args: readonly string[]): LiveLogin {
  const child = start(program, args);
  let said = '';
  let over = false;
  const listeners = new Set<() => void>();
  const look = (): void => {
    for (const listener of [...listeners]) listener();
  };
  const hear = (chunk: Buffer): void => {
    said += chunk.toString('latin1');
    look();
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const ended = once(child, 'close').then(([code]: unknown[]) => {
    over = true;
    look();
    return code as number | null;
  });
  return {
    pid: child.pid ?? 0,
    type: (text) => {
      child.stdin.write(text);
    },
    waitFor: async (wanted) =>
      await new Promise<string>((resolve, reject) => {
        const listener = (): void => {
          const matches = typeof wanted === 'string' ? said.includes(wanted) : wanted.test(said);
          if (!matches && !over) return;
          listeners.delete(listener);
          if (matches) resolve(said);
          else reject(new Error(`the login ended without ${String(wanted)}; it said:\n${said}`));
        };
        listeners.add(listener);
        listener();
      }),
    get said() {
      return said;
    },
    ended,
  };
}

function start(program: string, args: readonly string[]): ChildProcessWithoutNullStreams {
  const child = spawn(program, args, { stdio: 'pipe' });
  const closed = once(child, 'close');
  // A client that has ended takes no more input.
  child.stdin.on('error', () => undefined);
  onCleanup(async () => {
    child.kill('SIGKILL');
    await closed;
  });
  return child;
}
