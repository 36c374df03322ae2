// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { ask, follow, hasImage, type Engine } from './engine.ts';

/** Bases of this machine, by the argument that takes them. */
type Bases = ReadonlyMap<string, string>;

const BASE = 'localhost/ims-base:bookworm';
const NODE = 'localhost/ims-build-node:bookworm';

/** What makes a base here. */
export interface Workshop {
  readonly engine: Engine;
  readonly openFiles: number | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly say: (line: string) => void;
}

/**
 * Makes sure that there is something to build on: the images that the Dockerfile names, or, where their registry cannot
 * be reached, the same made from Debian's packages and the Node of this clone.
 *
 * @returns what is to be used in their place; empty when they are there
 * @throws Error with the mend when neither can be had
 */
export async function provideBases(workshop: Workshop, wanted: Bases): Promise<Bases> {
  const { engine, say } = workshop;
  for (const image of wanted.values()) {
    if (hasImage(engine, image)) continue;
    say(`fetches ${image}`);
    const { succeeded, complaint } = ask(engine, 'pull', '--quiet', image);
    if (succeeded) continue;
    say(`it cannot be fetched: ${complaint}`);
    return await makeBases(workshop);
  }
  return new Map();
}

async function makeBases(workshop: Workshop): Promise<Bases> {
  const { engine, say } = workshop;
  if (process.getuid?.() !== 0 || !ask('mmdebstrap', '--version').succeeded) {
    throw new Error(
      'no base image: log in to a registry that has it and pull it, or, as root, apt-get install mmdebstrap to have it made here',
    );
  }
  const directory = await mkdtemp(join(tmpdir(), 'ims-bases-'));
  try {
    if (!hasImage(engine, BASE)) {
      say(`makes ${BASE} from Debian's packages, once, some 20 s`);
      await makeDebian(engine, `${directory}/base.tar`);
    }
    if (!hasImage(engine, NODE)) {
      say(`makes ${NODE} with the Node and npm of this clone, once`);
      await makeNode(workshop, directory);
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
  return new Map([
    ['BASE_IMAGE', BASE],
    ['NODE_IMAGE', NODE],
  ]);
}

/** As `debian:bookworm-slim` is: without manuals and translations. */
async function makeDebian(engine: Engine, archive: string): Promise<void> {
  const slim = ['path-exclude=/usr/share/doc/*', 'path-include=/usr/share/doc/*/copyright'];
  const more = ['path-exclude=/usr/share/man/*', 'path-exclude=/usr/share/locale/*'];
  const options = [...slim, ...more].map((option) => `--dpkgopt=${option}`);
  await follow('mmdebstrap', '--quiet', '--variant=minbase', ...options, 'bookworm', archive);
  await follow(engine, 'import', archive, BASE);
}

const NODE_FILE = `FROM ${BASE}
RUN apt-get update && apt-get install -y --no-install-recommends libatomic1
COPY node /usr/local/bin/node
COPY npm /usr/local/lib/node_modules/npm
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
`;

async function makeNode({ engine, env, openFiles }: Workshop, directory: string): Promise<void> {
  const npm = env['npm_execpath'];
  if (npm?.endsWith('npm-cli.js') !== true) throw new Error('start it by npm: npm run images');
  await cp(process.execPath, `${directory}/node`);
  await cp(dirname(dirname(npm)), `${directory}/npm`, { recursive: true });
  await writeFile(`${directory}/Dockerfile`, NODE_FILE);
  const limits = openFiles === undefined ? [] : ['--ulimit', `nofile=${String(openFiles)}:${String(openFiles)}`];
  await follow(engine, 'build', '--pull=false', ...limits, '--tag', NODE, directory);
}
