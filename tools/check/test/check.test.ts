// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../lint/projects.js';
import { boundaryProblems, type Project } from '../boundaries.ts';
import { hasHeader, isSource } from '../headers.ts';
import { PARTS } from '../parts.ts';

describe('npm run check', () => {
  it('every part can be run by itself', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const byName = PARTS.map(({ name }) => [`check:${name}`, scripts['check']?.concat(` ${name}`)]);
    expect(
      Object.entries(scripts)
        .filter(([name]) => name.startsWith('check:'))
        .sort(),
    ).toEqual(byName.sort());
  });
});

describe('the copyright header', () => {
  const HEADER = '# (C) Copyright 2026 Hewlett Packard Enterprise Development LP\n# SPDX-License-Identifier: MIT\n';

  it.each([
    ['tools/x.sh', ''],
    ['Dockerfile.sshd', ''],
    ['helm/ims-job/templates/job.yaml', ''],
    ['helm/ims-job/templates/_helpers.tpl', ''],
    ['.ci/run', '#!/bin/bash\n'],
    ['libs/x/src/x.ts', ''],
    ['tools/x.py', ''],
  ])('%s is source and needs it', (path, text) => {
    expect(isSource(path, text)).toBe(true);
  });

  it.each([
    ['README.md', '# Title\n'],
    ['package.json', '{}'],
    ['helm/ims-job/values.yaml', 'a: 1\n'],
  ])('%s is not source', (path, text) => {
    expect(isSource(path, text)).toBe(false);
  });

  it('may follow an interpreter line', () => {
    expect(hasHeader(`#!/bin/sh\n${HEADER}\necho\n`)).toBe(true);
  });

  it.each([
    ['no header', 'echo\n'],
    ['no licence', HEADER.replace(/#.*MIT\n/, '')],
    ['no copyright', HEADER.replace(/#.*LP\n/, '')],
    ['no year', HEADER.replace('2026', '')],
    ['another licence', HEADER.replace('MIT', 'GPL-2.0')],
    ['a header far below', `${'\n'.repeat(20)}${HEADER}`],
  ])('%s is refused', (_claim, text) => {
    expect(hasHeader(text)).toBe(false);
  });
});

describe('the declared boundaries', () => {
  const project = (folder: string, tags: string, dependencies: readonly string[] = []): Project => ({
    name: folder,
    folder,
    tags: tags.split(' '),
    dependencies,
  });
  const domain = project('libs/session', 'type:domain scope:sshd');

  it('what the tags allow is no problem', () => {
    const adapter = project('libs/openssh', 'type:adapter scope:shared', ['libs/session']);
    expect(boundaryProblems([domain, adapter])).toEqual([]);
  });

  it('a dependency against the type is named', () => {
    const contract = project('libs/contract', 'type:contract scope:sshd', ['libs/session']);
    expect(boundaryProblems([domain, contract])).toEqual([
      'libs/contract (type:contract, scope:sshd) may not depend on libs/session (type:domain, scope:sshd)',
    ]);
  });

  it('a dependency against the scope is named', () => {
    const app = project('apps/agent', 'type:app scope:agent', ['libs/session']);
    expect(boundaryProblems([domain, app])).toEqual([
      'apps/agent (type:app, scope:agent) may not depend on libs/session (type:domain, scope:sshd)',
    ]);
  });

  it('a vendor package outside its one library is named', () => {
    const adapter = project('libs/openssh', 'type:adapter scope:shared', ['chokidar']);
    expect(boundaryProblems([adapter])).toEqual(['chokidar belongs to libs/sentinel, not to libs/openssh']);
  });

  it('a vendor package that nobody has decided on is named', () => {
    const adapter = project('libs/openssh', 'type:adapter scope:shared', ['left-pad']);
    expect(boundaryProblems([adapter])).toEqual([
      'left-pad in libs/openssh has no row in the table of vendor packages',
    ]);
  });
});
