// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { messageOf } from './commands.ts';
import { takeDown } from './down.ts';
import { loadImage } from './images.ts';
import { layoutOf, type Layout } from './layout.ts';
import { alone } from './lock.ts';
import { say, step } from './progress.ts';
import { readStatus } from './status.ts';
import { bringUp } from './up.ts';
import { createOwnVolume } from './volumes.ts';

const USAGE = `usage: npm run cluster -- COMMAND

  up                       brings the cluster up and ends when its node is ready
  down                     ends it and removes all of it but the programs it was built from
  status                   says what runs; exit code 0 when all does, 1 when not
  kubeconfig               prints the path of its kubeconfig
  load IMAGE               brings in an image that podman has, or an archive of one
  volume NAME SIZE         makes a PersistentVolume (--in-memory: one that can be filled) and prints its path
`;

/** What was asked for; the number is the exit code. */
type Command = (layout: Layout, words: readonly string[], options: { inMemory: boolean }) => Promise<number>;

const COMMANDS: Readonly<Record<string, Command>> = {
  up: async (layout) => {
    await bringUp(layout, 'person');
    say(`export KUBECONFIG=${layout.kubeconfig}`);
    return 0;
  },
  down: async (layout) => {
    await step('down', () => alone(layout, () => takeDown(layout)));
    return 0;
  },
  status: async (layout) => {
    const { state, lines } = await readStatus(layout);
    console.log(lines.join('\n'));
    return state === 'up' ? 0 : 1;
  },
  kubeconfig: async (layout) => {
    if (!existsSync(layout.kubeconfig)) throw new Error('the cluster is down; npm run cluster -- up brings it up');
    console.log(layout.kubeconfig);
    return 0;
  },
  load: async (layout, [image = missing('IMAGE')]) => {
    await step(`loaded ${image}`, () => loadImage(layout, image));
    return 0;
  },
  volume: async (layout, [name = missing('NAME'), size = missing('SIZE')], { inMemory }) => {
    console.log(await createOwnVolume(layout, { name, size, backing: inMemory ? 'memory' : 'directory' }));
    return 0;
  },
};

const USED_WRONGLY = 2;

try {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { 'in-memory': { type: 'boolean', default: false } },
  });
  const [name = '', ...words] = positionals;
  const command = COMMANDS[name];
  if (command === undefined) process.stderr.write(USAGE);
  process.exitCode = (await command?.(layoutOf(process.env), words, { inMemory: values['in-memory'] })) ?? USED_WRONGLY;
} catch (error) {
  say(messageOf(error));
  process.exitCode = 1;
}

function missing(word: string): never {
  throw new Error(`${word} is missing\n${USAGE}`);
}
