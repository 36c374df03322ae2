// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { describe, expect, it } from 'vitest';

import { complaintOf } from '../src/index.ts';

const failed = { exitCode: 2, endedBySignal: undefined, notFound: false, timedOut: false, stderr: '' };
const complaint = (...lines: string[]): string => complaintOf({ ...failed, stderr: lines.join('\n') });

describe('what a program complains of', () => {
  it('is its first line, since the last ones tell of consequences', () => {
    expect(
      complaint(
        '/*stdin*\\ : Decoding error (36) : Frame requires too much memory for decoding ',
        'tar: Child returned status 1',
        'tar: Error is not recoverable: exiting now',
      ),
    ).toBe('/*stdin*\\ : Decoding error (36) : Frame requires too much memory for decoding (and 2 more lines)');
  });

  it.each([
    ["tar: Removing leading `/' from member names", 'tar: ./dev/sda: Cannot mknod: Operation not permitted'],
    ['W: the mirror is slow', 'E: Unable to locate package linux-image'],
    ["Warning: Permanently added '127.0.0.1' to the list of known hosts.", 'root@127.0.0.1: Permission denied'],
  ])('is no mere note: %s', (note, error) => {
    expect(complaint(note, error)).toBe(`${error} (and 1 more line)`);
  });

  it('is the line that the program itself marks as the error', () => {
    expect(complaint('Reading package lists...', 'E: Unable to locate package kernel')).toMatch(/^E: Unable/);
  });

  it('is one printable line of bounded length, whatever a file name holds', () => {
    expect(complaint('cannot read a\u001b[31m\u0007b')).toBe('cannot read a?[31m?b');
    expect(complaint('x'.repeat(100_000)).length).toBeLessThan(700);
  });

  it('is how the program ended when it printed nothing', () => {
    expect(complaint()).toBe('it printed nothing and ended with code 2');
    expect(complaintOf({ ...failed, exitCode: undefined, endedBySignal: 'SIGKILL' })).toContain('ended by SIGKILL');
    expect(complaintOf({ ...failed, timedOut: true })).toContain('did not end in time');
    expect(complaintOf({ ...failed, exitCode: undefined, notFound: true })).toContain('not installed');
  });
});
