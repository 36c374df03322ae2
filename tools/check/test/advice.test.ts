// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { ROOT } from '../../lint/projects.js';

/** A test that runs the command, by its file and a part of its title, or why none does. */
type Proof = { readonly test: string; readonly title: string } | { readonly notRun: string };

const JAIL = 'libs/image-root/test/jail.test.ts';
const INSTALLS = { notRun: 'installs packages on the machine of whoever runs the tests' };
const REMAKES = { notRun: 'needs the programs and kernels of a whole distribution in the image' };

/** Every command that a message advises and that changes something, by file and first words. */
const ADVISED: Readonly<Record<string, Proof>> = {
  'apps/agent/src/commands/package.ts ims-agent publish': {
    test: 'apps/agent/test/by-hand.test.ts',
    title: 'stores and registers what was packed',
  },
  'apps/agent/src/commands/publish.ts ims-agent package': {
    test: 'apps/agent/test/by-hand.test.ts',
    title: 'stores and registers what was packed',
  },
  'apps/kubectl/src/remedies.ts kubectl label': { notRun: 'changes a namespace that refuses pods by their level' },
  'apps/local/src/pair/machine.ts apt-get install': INSTALLS,
  'apps/local/src/shell/keys.ts apt-get install': INSTALLS,
  'libs/image-root/src/attributes.ts chattr -i': {
    test: 'libs/image-root/test/attributes.test.ts',
    title: 'what stands in the way is named with the command, and following it helps',
  },
  'libs/image-root/src/jail.ts chmod 0': { test: JAIL, title: 'is refused with a command that helps' },
  'libs/image-root/src/jail.ts chmod g': { test: JAIL, title: 'with a root that others may write or own' },
  'libs/image-root/src/jail.ts chown root': { test: JAIL, title: 'with a root that others may write or own' },
  'libs/image-root/src/jail.ts mkdir -p': { test: JAIL, title: 'without the directory of its login shell' },
  'libs/image-root/src/jail.ts mknod -m': { test: JAIL, title: 'whose /dev/null cannot be made' },
  'libs/image-root/src/jail.ts rm -rf': { test: JAIL, title: 'is refused with a command that helps' },
  'libs/image-root/src/remake-initrd.ts dracut ': REMAKES,
  'libs/image-root/src/remake-initrd.ts ln -sfn': REMAKES,
  'libs/image-root/src/remake-initrd.ts mkinitrd ': REMAKES,
  'libs/image-root/src/remake-initrd.ts update-initramfs': REMAKES,
  'libs/image-root/src/stale-flags.ts rm -r': {
    test: 'libs/image-root/test/stale-flags.test.ts',
    title: 'that are directories are told with the command that removes them',
  },
};

const COMMANDS =
  /chattr -i|chmod [0g]|chown root|rm -rf?(?= )|mkdir -p|mknod -m|ln -sfn|apt-get install|kubectl (?:apply|create|delete|patch|label)\b|ims-agent (?:package|publish|resume)\b|ims-job resume\b|dracut (?=-)|update-initramfs(?= )|mkinitrd (?=-)/g;

/** Comments, and what only shows how a program is called, advise nothing. */
const NO_ADVICE = /^\s*(\*|\/\/|\/\*\*)|example:|program:|trap '/;

function commandsIn(file: string): string[] {
  const lines = readFileSync(join(ROOT, file), 'utf8').split('\n');
  const advising = lines.filter((line) => /['"`]/.test(line) && !NO_ADVICE.test(line));
  return advising.flatMap((line) => (line.match(COMMANDS) ?? []).map((command) => `${file} ${command}`));
}

describe('a command that a message advises', () => {
  const files = globSync('{libs,apps}/*/src/**/*.ts', { cwd: ROOT }).filter(
    (file) => !file.startsWith('libs/testing/'),
  );

  it('is in the table of those that a test runs, or that says why none does', () => {
    expect([...new Set(files.flatMap(commandsIn))].sort()).toEqual(Object.keys(ADVISED).sort());
  });

  it.each(Object.entries(ADVISED).flatMap(([advice, proof]) => ('test' in proof ? [[advice, proof] as const] : [])))(
    '%s has a test of that title',
    (_advice, { test, title }) => {
      expect(readFileSync(join(ROOT, test), 'utf8')).toContain(title);
    },
  );
});
