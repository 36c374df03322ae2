// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFileSync, spawn } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import fc from 'fast-check';

import type { JournalEntry } from '@ims/export';
import { silentLogger, type Fields, type Logger } from '@ims/runtime';
import { openJournal, readJournal, recover, type OpenJournal } from '../src/index.ts';
import { encodeLine } from '../src/entries.ts';
import { anyEntry, anyJournal } from './entries.ts';

let directory: string;
let path: string;
const open: OpenJournal[] = [];

beforeEach(async () => {
  await mkdir('/var/lib/ims-test', { recursive: true });
  directory = await mkdtemp('/var/lib/ims-test/journal-');
  path = `${directory}/journal`;
});
afterEach(async () => {
  for (const journal of open.splice(0)) await journal.close();
  await rm(directory, { recursive: true, force: true });
});

const reopen = async (job?: string, logger: Logger = silentLogger): Promise<OpenJournal> => {
  for (const journal of open.splice(0)) await journal.close();
  const journal = await openJournal({ path, logger, ...(job === undefined ? {} : { job }) });
  open.push(journal);
  return journal;
};
const opened: JournalEntry = { step: 'opened', job: 'j1' };
const image: JournalEntry = { step: 'image', imageId: 'i1' };
const bytesOf = (entries: readonly JournalEntry[]): Buffer =>
  Buffer.from(entries.map((entry) => encodeLine(entry, new Date(0))).join(''));

describe('a journal', () => {
  it('is empty at first, gives back what was appended, and goes on after it is opened again', async () => {
    const journal = await reopen();
    expect(await journal.entries()).toEqual([]);
    await journal.append(opened);
    await journal.append(image);
    expect(await journal.entries()).toEqual([opened, image]);
    const again = await reopen('j1');
    await again.append({ step: 'registered' });
    expect(await (await reopen('j1')).entries()).toEqual([opened, image, { step: 'registered' }]);
  });

  it('H34 can be read by its owner only, whatever its mode was', async () => {
    writeFileSync(path, '', { mode: 0o666 });
    await reopen();
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('keeps the order of appends that nobody waited for', async () => {
    const journal = await reopen();
    const many = Array.from({ length: 50 }, (_, index): JournalEntry => ({ step: 'image', imageId: String(index) }));
    await Promise.all([opened, ...many].map(async (entry) => await journal.append(entry)));
    expect(await (await reopen()).entries()).toEqual([opened, ...many]);
  });

  it('bears its job in the first line and in no other', async () => {
    const journal = await reopen();
    await expect(journal.append(image)).rejects.toMatchObject({ reason: 'Defect' });
    await journal.append(opened);
    await expect(journal.append(opened)).rejects.toMatchObject({ reason: 'Defect' });
    expect(await (await reopen('j1')).entries()).toEqual([opened]);
  });

  it('of another job is refused', async () => {
    await (await reopen()).append(opened);
    await expect(reopen('j2')).rejects.toMatchObject({
      reason: 'JournalUnreadable',
      message: `${path} belongs to job "j1", not to "j2"`,
    });
  });

  it('holds what was appended when its writer is killed at any instant', async () => {
    const source = join(import.meta.dirname, '../src/index.ts');
    const code = `
      const { openJournal } = await import(${JSON.stringify(source)});
      const logger = { debug() {}, info() {}, warn() {}, error() {} };
      const journal = await openJournal({ path: ${JSON.stringify(path)}, job: 'j1', logger });
      if ((await journal.entries()).length === 0) await journal.append({ step: 'opened', job: 'j1' });
      for (let n = (await journal.entries()).length; ; n += 1) {
        await journal.append({ step: 'image', imageId: String(n) });
        process.stdout.write(n + '\\n');
      }`;
    let told = 0;
    for (let round = 0; round < 5; round += 1) {
      const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      child.stdout.on('data', (data: Buffer) => {
        told = Number(data.toString().trim().split('\n').at(-1));
        if (told > round * 7) child.kill('SIGKILL');
      });
      await once(child, 'close');
      const journal = await reopen('j1');
      const entries = await journal.entries();
      open.pop();
      await journal.close();
      expect(entries.length).toBeGreaterThan(told);
      expect(entries.slice(1)).toEqual(
        entries.slice(1).map((_, index) => ({ step: 'image', imageId: String(index + 1) })),
      );
    }
  });
});

describe('a journal that another process has open', () => {
  it('is refused, and nothing of it is changed', async () => {
    await (await reopen()).append(opened);
    const before = readFileSync(path);
    await expect(openJournal({ path, logger: silentLogger })).rejects.toMatchObject({
      reason: 'ConfigurationInvalid',
      message: `another agent works on this volume: it has ${path} open`,
    });
    expect(readFileSync(path)).toEqual(before);
  });

  it('is free again at once when that process is killed', async () => {
    const source = join(import.meta.dirname, '../src/index.ts');
    const code = `
      const { openJournal } = await import(${JSON.stringify(source)});
      const logger = { debug() {}, info() {}, warn() {}, error() {} };
      const journal = await openJournal({ path: ${JSON.stringify(path)}, logger });
      process.stdout.write('open');
      setInterval(() => journal.entries(), 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    await expect(reopen()).rejects.toMatchObject({ reason: 'ConfigurationInvalid' });
    child.kill('SIGKILL');
    await once(child, 'close');
    await (await reopen()).append(opened);
  });
});

describe('a torn last line', () => {
  it('is dropped with a warning, and the next line stands in its place', async () => {
    const lines: string[] = [];
    const logger = { ...silentLogger, warn: (_: Fields, message: string) => void lines.push(message) };
    await (await reopen()).append(opened);
    await (await reopen()).append(image);
    truncateSync(path, statSync(path).size - 1);
    const journal = await reopen('j1', logger);
    expect(lines).toEqual(['the last line of the journal was cut short by a crash and is dropped']);
    expect(await journal.entries()).toEqual([opened]);
    await journal.append({ step: 'registered' });
    expect(await (await reopen('j1')).entries()).toEqual([opened, { step: 'registered' }]);
  });

  it('may be the first one, or end in the zeros that a crash of the machine leaves', async () => {
    writeFileSync(path, '{"step":"ope');
    expect(await (await reopen('j1')).entries()).toEqual([]);
    await (await reopen('j1')).append(opened);
    appendFileSync(path, Buffer.alloc(512));
    expect(await (await reopen('j1')).entries()).toEqual([opened]);
  });

  it('however the file is cut, what is left is a beginning of what was written', () => {
    fc.assert(
      fc.property(anyJournal, fc.nat(), (entries, cut) => {
        const bytes = bytesOf(entries);
        const at = cut % (bytes.length + 1);
        const recovered = recover(bytes.subarray(0, at), { path });
        expect(recovered.entries).toEqual(entries.slice(0, recovered.entries.length));
        expect(recovered.length + recovered.torn).toBe(at);
        expect(bytes.subarray(0, recovered.length)).toEqual(bytesOf(entries.slice(0, recovered.entries.length)));
      }),
    );
  });
});

describe('readJournal', () => {
  it('changes nothing, since what looks torn may be a line on its way', async () => {
    expect(await readJournal(path)).toEqual([]);
    expect(existsSync(path)).toBe(false);
    await (await reopen()).append(opened);
    appendFileSync(path, '{"step":"ima');
    const before = readFileSync(path);
    expect(await readJournal(path)).toEqual([opened]);
    expect(readFileSync(path)).toEqual(before);
  });

  it('refuses damage by file and line', async () => {
    writeFileSync(path, 'xyz\n');
    await expect(readJournal(path)).rejects.toThrow(`${path}, line 1: it is no JSON`);
  });
});

describe('a damaged journal', () => {
  it.each([
    ['no JSON', 'xyz', 'it is no JSON'],
    ['no object', '[]', 'the line is no object'],
    ['a line without a step', '{}', 'step is no text'],
    ['a step of a later version', '{"step":"signed"}', 'step "signed" was written by a newer version'],
    ['a step that every object has', '{"step":"constructor"}', 'was written by a newer version'],
    ['a field of the wrong kind', '{"step":"image","imageId":7}', 'imageId is no text'],
    [
      'an outcome that is none',
      '{"step":"closed","outcome":"maybe","message":""}',
      'outcome is none of complete, failed',
    ],
    ['a size that is none', '{"step":"packed","packed":{"size":-1}}', 'size is no count'],
    ['an artifact that is none', '{"step":"stored","artifact":null}', 'artifact is no object'],
  ])('with %s is refused by file and line', async (_, line, why) => {
    writeFileSync(path, Buffer.concat([bytesOf([opened]), Buffer.from(`${line}\n`), bytesOf([image])]));
    await expect(reopen('j1')).rejects.toMatchObject({
      reason: 'JournalUnreadable',
      message: expect.stringMatching(new RegExp(`^${path}, line 2: .*${why}`)) as string,
    });
  });

  it('that does not begin with its job is refused', async () => {
    writeFileSync(path, bytesOf([image]));
    await expect(reopen()).rejects.toThrow(`${path}, line 1: the first step is image, not opened`);
  });

  it('is refused with any byte of it changed, or read as something that was written whole', () => {
    fc.assert(
      fc.property(anyJournal, fc.nat(), fc.integer({ min: 0, max: 255 }), (entries, where, byte) => {
        const bytes = bytesOf(entries);
        bytes.writeUInt8(byte, where % bytes.length);
        try {
          expect(recover(bytes, { path }).entries.length).toBeLessThanOrEqual(entries.length + 1);
        } catch (error) {
          expect(error).toMatchObject({ reason: 'JournalUnreadable' });
        }
      }),
    );
  });

  it('any entry comes back from its line as it was', () => {
    fc.assert(
      fc.property(anyEntry, (entry) => {
        expect(recover(bytesOf([opened, entry]), { path }).entries[1]).toEqual(entry);
      }),
    );
  });
});

describe('a place where no journal can be', () => {
  it.each([
    ['a directory', () => mkdirSync(path)],
    ['a link', () => symlinkSync('/etc/passwd', path)],
    ['a pipe', () => execFileSync('mkfifo', [path])],
    ['a missing directory', () => (path = `${directory}/none/journal`)],
  ])('such as %s is an error that names it', async (_, make) => {
    make();
    await expect(reopen()).rejects.toMatchObject({
      reason: 'JournalUnreadable',
      message: expect.stringContaining(path) as string,
    });
  });

  it('H16 a full disk is said, and the journal stays whole', async () => {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4k', 'none', directory]);
    try {
      const journal = await reopen();
      await journal.append(opened);
      const big: JournalEntry = { step: 'closed', outcome: 'complete', message: 'x'.repeat(9000) };
      await expect(journal.append(big)).rejects.toMatchObject({ reason: 'NoSpace' });
      await journal.append(image);
      expect(await (await reopen('j1')).entries()).toEqual([opened, image]);
      expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(3);
      for (const still of open.splice(0)) await still.close();
    } finally {
      execFileSync('umount', [directory]);
    }
  });
});
