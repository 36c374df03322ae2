// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { ESLint } from 'eslint';
import { join } from 'node:path';
import tseslint from 'typescript-eslint';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { SCOPES, TYPES } from '../boundaries.js';
import { readProjects, ROOT, tagProblems } from '../projects.js';

const HEADER = `// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

`;

const IMPORTS = '@typescript-eslint/no-restricted-imports';
const GRAPH = '@nx/enforce-module-boundaries';
const PROCESS = 'no-restricted-properties';

interface Violation {
  readonly claim: string;
  readonly file: string;
  readonly code: string;
  readonly rule: string;
}

const VIOLATIONS: readonly Violation[] = [
  {
    claim: 'the domain does not import an adapter',
    file: 'libs/session/src/planted.ts',
    code: `import { x } from '@ims/sentinel';\nexport const y = x;`,
    rule: GRAPH,
  },
  {
    claim: 'what ships with sshd does not import what belongs to the agent',
    file: 'apps/sshd/src/planted.ts',
    code: `import { x } from '@ims/artifacts';\nexport const y = x;`,
    rule: GRAPH,
  },
  {
    claim: 'what ships with the agent does not import what belongs to sshd',
    file: 'apps/agent/src/planted.ts',
    code: `import { x } from '@ims/session';\nexport const y = x;`,
    rule: GRAPH,
  },
  {
    claim: 'what both containers share does not import what belongs to one of them',
    file: 'libs/env/src/planted.ts',
    code: `import type { X } from '@ims/session';\nexport type Y = X;`,
    rule: GRAPH,
  },
  {
    claim: 'an adapter does not import another adapter',
    file: 'libs/squashfs/src/planted.ts',
    code: `import { x } from '@ims/process';\nexport const y = x;`,
    rule: GRAPH,
  },
  {
    claim: 'shipped code does not import the fakes of the tests',
    file: 'libs/squashfs/src/planted.ts',
    code: `import { x } from '@ims/testing';\nexport const y = x;`,
    rule: GRAPH,
  },
  {
    claim: 'a library is not entered by a relative path',
    file: 'libs/session/src/planted.ts',
    code: `import { x } from '../../runtime/src/failure.ts';\nexport const y = x;`,
    rule: GRAPH,
  },
  {
    claim: 'an adapter imports the types of the domain and no value',
    file: 'libs/squashfs/src/planted.ts',
    code: `import { x } from '@ims/export';\nexport const y = x;`,
    rule: IMPORTS,
  },
  {
    claim: 'the contract does not even import Node',
    file: 'libs/contract/src/planted.ts',
    code: `import { x } from 'node:path';\nexport const y = x;`,
    rule: IMPORTS,
  },
  {
    claim: 'the contract imports no other library',
    file: 'libs/contract/src/planted.ts',
    code: `import type { X } from '@ims/runtime';\nexport type Y = X;`,
    rule: GRAPH,
  },
  {
    claim: 'the domain touches no file',
    file: 'libs/export/src/planted.ts',
    code: `import { x } from 'node:fs/promises';\nexport const y = x;`,
    rule: IMPORTS,
  },
  {
    claim: 'the domain does not know its process',
    file: 'libs/session/src/planted.ts',
    code: `export const y = process.pid;`,
    rule: 'no-restricted-globals',
  },
  {
    claim: 'chokidar stays in libs/sentinel',
    file: 'libs/journal/src/planted.ts',
    code: `import { x } from 'chokidar';\nexport const y = x;`,
    rule: IMPORTS,
  },
  {
    claim: 'execa stays in libs/process',
    file: 'libs/openssh/src/planted.ts',
    code: `import { x } from 'execa';\nexport const y = x;`,
    rule: IMPORTS,
  },
  {
    claim: 'pino stays in libs/logging',
    file: 'apps/agent/src/planted.ts',
    code: `import { x } from 'pino';\nexport const y = x;`,
    rule: IMPORTS,
  },
  {
    claim: 'commander stays in libs/cli',
    file: 'libs/env/src/planted.ts',
    code: `import { x } from 'commander';\nexport const y = x;`,
    rule: IMPORTS,
  },
  {
    claim: 'a library does not read process.env',
    file: 'libs/env/src/planted.ts',
    code: `export const y = process.env['HOME'];`,
    rule: PROCESS,
  },
  {
    claim: 'an app reads process.env in main.ts and config.ts only',
    file: 'apps/agent/src/wire.ts',
    code: `export const y = process.env['HOME'];`,
    rule: PROCESS,
  },
  {
    claim: 'a library does not exit',
    file: 'libs/process/src/planted.ts',
    code: `export const y = (): never => process.exit(1);`,
    rule: PROCESS,
  },
  {
    claim: 'a library takes no signals',
    file: 'libs/sentinel/src/planted.ts',
    code: `process.on('SIGTERM', () => undefined);`,
    rule: PROCESS,
  },
  {
    claim: 'a library does not come by the environment through node:process',
    file: 'libs/sentinel/src/planted.ts',
    code: `import { env } from 'node:process';\nexport const y = env;`,
    rule: IMPORTS,
  },
  {
    claim: 'there is no enum',
    file: 'libs/runtime/src/planted.ts',
    code: `export enum Y { A }`,
    rule: 'no-restricted-syntax',
  },
];

/** Files that break no boundary, so that a rule that refuses everything does not pass for one that works. */
const LAWFUL: readonly { readonly file: string; readonly code: string }[] = [
  { file: 'libs/openssh/src/planted.ts', code: `import type { Door } from '@ims/session';\nexport type Y = Door;` },
  { file: 'libs/squashfs/src/planted.ts', code: `import type { Packer } from '@ims/export';\nexport type Y = Packer;` },
  { file: 'libs/sentinel/src/planted.ts', code: `import { watch } from 'chokidar';\nexport const y = watch;` },
  { file: 'apps/agent/src/config.ts', code: `export const y = process.env['HOME'];` },
  { file: 'apps/sshd/src/wire.ts', code: `import { x } from '@ims/session';\nexport const y = x;` },
  { file: 'libs/squashfs/test/planted.ts', code: `import { x } from '@ims/testing';\nexport const y = x;` },
];

describe('the boundaries between the projects', () => {
  let eslint: ESLint;

  beforeAll(() => {
    // The planted files exist only here, so the compiler knows nothing of them.
    const { rules } = tseslint.configs.disableTypeChecked;
    const untyped = { files: ['**/*.ts'], languageOptions: { parserOptions: { project: null } }, rules: rules ?? {} };
    eslint = new ESLint({ cwd: ROOT, overrideConfig: [untyped] });
  });

  beforeEach(() => {
    // The plugin tells of a tsconfig.base.json that it would look into for paths; there are none here.
    vi.spyOn(console, 'warn').mockReturnValue();
  });

  async function rulesBrokenBy(file: string, code: string): Promise<(string | null)[]> {
    const results = await eslint.lintText(`${HEADER}${code}\n`, { filePath: join(ROOT, file) });
    return results.flatMap(({ messages }) => messages.map(({ ruleId, message }) => ruleId ?? message));
  }

  it.each(VIOLATIONS)('$claim', async ({ file, code, rule }) => {
    expect(await rulesBrokenBy(file, code)).toContain(rule);
  });

  it.each(LAWFUL)('$file may hold $code', async ({ file, code }) => {
    expect(await rulesBrokenBy(file, code)).toEqual([]);
  });

  it('a file without the copyright header is refused', async () => {
    const results = await eslint.lintText('export const y = 1;\n', { filePath: join(ROOT, 'libs/env/src/planted.ts') });
    expect(results[0]?.messages.map(({ ruleId }) => ruleId)).toEqual(['headers/header-format']);
  });
});

describe('the tags of the projects', () => {
  const known = { types: Object.keys(TYPES), scopes: Object.keys(SCOPES) };

  it('every project has exactly one type and one scope', () => {
    const projects = readProjects();
    expect(projects.length).toBeGreaterThan(15);
    expect(projects.flatMap((project) => tagProblems(project, known))).toEqual([]);
  });

  it('a missing, a double and an unknown tag are named', () => {
    const tags = ['type:adapter', 'type:util', 'colour:red'];
    expect(tagProblems({ name: 'planted', tags }, known)).toEqual([
      'planted has 2 tags type:*, it needs one',
      'planted has 0 tags scope:*, it needs one',
      'planted has the unknown tag colour:red',
    ]);
  });
});
