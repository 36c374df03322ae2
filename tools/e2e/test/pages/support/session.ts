// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile, spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { open, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';

import { onCleanup } from '@ims/testing';

import type { Scene } from './scene.ts';

const run = promisify(execFile);

/** What a command has printed on both its outputs, and its exit code. */
interface Ran {
  readonly code: number;
  readonly printed: string;
}

/** What somebody does while a command runs, once it has printed something. */
export interface Answer {
  readonly sees: RegExp;
  readonly does: (session: Session, match: RegExpExecArray) => Promise<unknown>;
}

/** A person's shell: what one command exports, the next ones see. */
export interface Session {
  /** Runs what is typed to its end; what is left in the background stays until the session ends. */
  readonly run: (command: string, answers?: readonly Answer[]) => Promise<Ran>;
  /** Runs a line in another terminal of the same machine; rejects when it fails. */
  readonly elsewhere: (command: string) => Promise<string>;
}

/** As a reader does who pastes one line after the other: what fails is not followed by the next. */
const STOP_AT_FAILURE = `trap 'set -- $?; trap - ERR; return $1' ERR`;

/** A window that no table of ours has to be cut for. */
const WINDOW = 'stty cols 160 rows 50';

/**
 * Opens a shell on a terminal, which ends with the test. Its directories in the place of the machine's are seen by it
 * alone.
 */
export async function openSession({ directory, clone, env, mounts }: Scene): Promise<Session> {
  // bash reads its commands from a pipe and has the terminal for what they print, so nothing typed is printed.
  const commands = `${directory}/commands`;
  await run('mkfifo', [commands]);
  const shell = `${WINDOW}; exec bash --noprofile --norc '${commands}'`;
  const binds = mounts.map(([source, place]) => `mount --rbind '${source}' '${place}'`);
  const begin = [...binds, `cd '${clone}'`, 'exec script --quiet --flush --command "$SESSION" /dev/null'].join(' && ');
  const wrapper = ['--mount', '--propagation', 'private', 'bash', '-c', begin];
  const child = spawn('unshare', wrapper, { env: { TERM: 'xterm', ...env, SESSION: shell }, stdio: 'pipe' });
  const closed = once(child, 'close');
  const keyboard = await open(commands, 'r+');
  onCleanup(async () => {
    await keyboard.close();
    child.kill('SIGKILL');
    await closed;
  });
  let steps = 0;
  const session: Session = {
    elsewhere: async (command) => {
      const inside = ['--mount', '--target', String(child.pid), 'bash', '-c', command];
      return (await run('nsenter', inside, { env })).stdout;
    },
    run: async (command, answers = []) => {
      steps += 1;
      const step = `${directory}/step-${String(steps)}`;
      await writeFile(step, `${STOP_AT_FAILURE}\n${command}\ntrap - ERR\n`);
      const mark = `ended-${randomBytes(8).toString('hex')}`;
      const ran = listen(
        child,
        mark,
        answers.map((answer) => asker(session, answer)),
      );
      await keyboard.write(`. '${step}'; echo "${mark} $?"\n`);
      return await ran;
    },
  };
  return session;
}

/** Looks at all that was printed so far. */
type Look = (printed: string) => Promise<void>;

/** Hears what is printed until the mark is. */
async function listen(child: ChildProcessWithoutNullStreams, mark: string, looks: readonly Look[]): Promise<Ran> {
  const end = new RegExp(`${mark} (\\d+)\n`);
  let printed = '';
  const code = await new Promise<number>((resolve, reject) => {
    const give = (): void => {
      reject(new Error(`the shell ended; it had printed:\n${printed}`));
    };
    const hear = (chunk: Buffer): void => {
      printed = plain(printed + chunk.toString());
      for (const look of looks) look(printed).catch(reject);
      const over = end.exec(printed);
      if (over === null) return;
      child.stdout.off('data', hear);
      child.off('close', give);
      printed = printed.slice(0, over.index);
      resolve(Number(over[1]));
    };
    child.stdout.on('data', hear);
    child.once('close', give);
  });
  return { code, printed };
}

/** Answers each time that there is something new to answer. */
function asker(session: Session, { sees, does }: Answer): Look {
  let answered = 0;
  return async (printed) => {
    const match = sees.exec(printed.slice(answered));
    if (match === null) return;
    answered += match.index + match[0].length;
    await does(session, match);
  };
}

/** Without colors; a movement of the cursor begins a line anew. */
function plain(text: string): string {
  // eslint-disable-next-line no-control-regex -- escape sequences begin with a control character
  const [colors, movements] = [/\u001B\[[\d;]*m/g, /\u001B(?:\[[\d;?]*[A-Za-z]|[78])/g];
  return text
    .replaceAll(colors, '')
    .replaceAll(movements, '\r')
    .replaceAll(/\r+\n/g, '\n')
    .replaceAll(/(^|\n)\r+/g, '$1');
}
