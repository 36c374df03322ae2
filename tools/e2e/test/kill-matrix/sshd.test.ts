// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { writeFile } from 'node:fs/promises';

import { cleanUp, temporaryDirectory } from '@ims/testing';
import { afterAll, describe, expect, test } from 'vitest';

import { killAndRestart } from './kill-and-restart.ts';
import { phaseOf, type Moment } from './moments.ts';
import { expectSurvived, type Row } from './outcome.ts';
import { tableOf } from './table.ts';

const SLOW = { timeout: 120_000 };

const MOMENTS: readonly Moment[] = [
  phaseOf('sshd', 'AwaitingReady', false),
  phaseOf('sshd', 'Opening', false),
  phaseOf('sshd', 'Customizing', false),
  phaseOf('sshd', 'Open', false),
  phaseOf('sshd', 'Asking', true),
  phaseOf('sshd', 'Closing', true),
  phaseOf('sshd', 'Closed', true),
  { ...phaseOf('sshd', 'Open', false), killed: ['agent', 'sshd'] },
  { ...phaseOf('sshd', 'Asking', true), killed: ['agent', 'sshd'] },
  { ...phaseOf('sshd', 'Closing', true), killed: ['agent', 'sshd'] },
  { ...phaseOf('agent', 'Packaging', true), killed: ['agent', 'sshd'] },
];

/** Where the kernel offers no namespaces, sshd and its sessions outlive the program that is killed. */
const SHARED: readonly Moment[] = [
  phaseOf('sshd', 'Opening', false),
  phaseOf('sshd', 'Open', false),
  phaseOf('sshd', 'Asking', true),
  phaseOf('sshd', 'Closing', true),
].map((moment) => ({ ...moment, when: `${moment.when}, among other processes` }));

const rows: Row[] = [];

describe.concurrent('H7 an sshd container that is killed in any phase loses nothing of what the user said', () => {
  test.for(MOMENTS.map((moment) => ({ ...moment, who: moment.killed.join(' and ') })))(
    '$who killed in $when',
    SLOW,
    async (moment) => {
      const survival = await killAndRestart(moment, {
        jailed: true,
        sshdEnv: { CUSTOMIZATION_SCRIPT: await script() },
      });
      expect(new Set(survival.hostKeys).size, 'sets of host keys that were shown').toBeLessThanOrEqual(1);
      rows.push(await expectSurvived(survival));
    },
  );
});

describe.concurrent('H9 an sshd program that is killed while its sshd lives on takes it over', () => {
  test.for(SHARED)('killed in $when', SLOW, async (moment) => {
    const survival = await killAndRestart(moment, { jailed: true, shared: true });
    rows.push(await expectSurvived(survival));
  });
});

test.concurrent(
  'H9 host keys that were made by a container that is killed are those of the next one',
  SLOW,
  async () => {
    const env = { IMS_HOST_KEY_DIR: `${await temporaryDirectory('host-keys')}/made` };
    const options = { jailed: true, agentEnv: env, sshdEnv: env };
    const survival = await killAndRestart(phaseOf('sshd', 'Open', false), options);
    expect(survival.hostKeys).toHaveLength(2);
    expect(survival.hostKeys[1]).toBe(survival.hostKeys[0]);
    await expectSurvived(survival);
  },
);

afterAll(async () => {
  process.stdout.write(`${tableOf(rows)}\n`);
  await cleanUp();
}, 60_000);

async function script(): Promise<string> {
  const path = `${await temporaryDirectory('script')}/customize.sh`;
  await writeFile(path, 'echo customised\n');
  return path;
}
