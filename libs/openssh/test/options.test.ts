// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { describe, expect, it } from 'vitest';

import { parseSshdOptions } from '../src/options.ts';

describe('$SSHD_OPTIONS', () => {
  it('is split at blanks only; quotes, globs and variables mean nothing', () => {
    const { words } = parseSshdOptions(' -E\t/var/log/*.log  -f "/etc/a -o X=$HOME\n');
    expect(words).toEqual(['-E', '/var/log/*.log', '-f', '"/etc/a', '-o', 'X=$HOME']);
  });

  it.each([
    ['', { configFile: undefined, logFile: undefined }],
    ['-E /a -f /b', { configFile: '/b', logFile: '/a' }],
    ['-f/b -E/a', { configFile: '/b', logFile: '/a' }],
    ['-4E /a -qf /b', { configFile: '/b', logFile: '/a' }],
    ['-f /old -f /new', { configFile: '/new' }],
    ['-h /k1 -h/k2 -f /b', { hostKeys: ['/k1', '/k2'] }],
    ['-E /a -4 -f /b -o Port=1', { keywords: ['port'], withoutLogFile: ['-4', '-f', '/b', '-o', 'Port=1'] }],
  ])('names the files: %j', (text, expected) => {
    expect(parseSshdOptions(text)).toMatchObject(expected);
  });

  it.each([
    ['-D', /-D keeps sshd in the foreground/],
    ['-f /a -d', /-d is the debugging mode/],
    ['-t', /-t only tests/],
    ['-4T', /-T only tests/],
    ['-i', /-i makes sshd expect/],
    ['/etc/a', /"\/etc\/a" is not an option/],
    ['--help', /"--help" is not an option/],
    ['-f', /-f lacks its value/],
  ])('is refused when no daemon would come of it: %j', (text, message) => {
    expect(() => parseSshdOptions(text)).toThrow(
      expect.objectContaining({ reason: 'ConfigurationInvalid', message: expect.stringMatching(message) as string }),
    );
  });

  it('may hold as a value what would be refused as a flag', () => {
    expect(parseSshdOptions('-o -D -f -t').configFile).toBe('-t');
  });
});
