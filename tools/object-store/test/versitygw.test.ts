// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildServer, findGo, planServer, serverPath, wantedVersion } from '../versitygw.mjs';

let scratch = '';

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'ims-object-store-'));
});

afterEach(() => {
  rmSync(scratch, { recursive: true, force: true });
});

/** A stand-in for Go that says it is of this version, and whose build does what the script says. */
function goThatBuilds(version: string, build = 'exit 1'): string {
  const program = join(scratch, `go-${version}`);
  writeFileSync(program, `#!/bin/sh\nif [ "$1" = env ]; then echo go${version}; exit; fi\n${build}\n`);
  chmodSync(program, 0o755);
  return program;
}

describe('Go', () => {
  it('is found where it is new enough, the first one that is', () => {
    const programs = ['/nowhere/go', goThatBuilds('1.19.8'), goThatBuilds('1.99.1'), goThatBuilds('1.100')];
    expect(findGo(programs)).toEqual({ go: { program: join(scratch, 'go-1.99.1'), version: '1.99.1' } });
  });

  it('of the version that go.mod names is new enough', () => {
    expect(findGo([goThatBuilds(wantedVersion())])).toHaveProperty('go');
  });

  it('that is too old is named, with what to install', () => {
    const { problem } = findGo([goThatBuilds('1.19.8')]) as { problem: string };
    expect(problem).toContain(`need Go ${wantedVersion()} or newer`);
    expect(problem).toContain('go-1.19.8 is Go 1.19.8');
    expect(problem).toContain('https://go.dev/dl/');
  });

  it('that is missing is said to be', () => {
    expect((findGo(['/nowhere/go']) as { problem: string }).problem).toContain('there is no Go');
  });
});

describe('the server', () => {
  it('has another place for another Go, and keeps it', () => {
    const place = (version: string) => serverPath({ program: 'go', version }, '/cache');
    expect(place('1.26.8')).toMatch(/^\/cache\/versitygw-[0-9a-f]{16}$/);
    expect(place('1.26.8')).toBe(place('1.26.8'));
    expect(place('1.26.9')).not.toBe(place('1.26.8'));
  });

  it('appears whole, and nothing else is left in the cache', () => {
    const build = 'while [ "$1" != -o ]; do shift; done; printf "$CGO_ENABLED" >"$2"';
    const path = join(scratch, 'cache/versitygw');
    expect(buildServer({ program: goThatBuilds('1.99.1', build), version: '1.99.1' }, path)).toBeUndefined();
    expect(readFileSync(path, 'utf8')).toBe('0');
    expect(readdirSync(join(scratch, 'cache'))).toEqual(['versitygw']);
  });

  it('is not there after a build that failed, and the reason is told', () => {
    const path = join(scratch, 'cache/versitygw');
    const program = goThatBuilds('1.99.1', 'echo no network >&2; exit 1');
    expect(buildServer({ program, version: '1.99.1' }, path)).toBe('no network');
    expect(existsSync(path)).toBe(false);
    expect(readdirSync(join(scratch, 'cache'))).toEqual([]);
  });

  it('of this machine is the one that go.mod pins', () => {
    const plan = planServer();
    if ('problem' in plan) throw new Error(plan.problem);
    const pinned = /versitygw (v\S+)/.exec(readFileSync(new URL('../go.mod', import.meta.url), 'utf8'))?.[1];
    const about = spawnSync(plan.go.program, ['version', '-m', plan.path], { encoding: 'utf8' });
    expect(about.stdout).toMatch(
      new RegExp(
        `mod\\s+github.com/versity/versitygw\\s+${String(pinned)}|dep\\s+github.com/versity/versitygw\\s+${String(pinned)}`,
      ),
    );
  });
});
