// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { readVersions } from '../versions.mjs';
import { provideBases } from './bases.ts';
import { basesOf, buildArguments, imageNamed, IMAGES, referenceOf, type Build, type ImageName } from './dockerfile.ts';
import { findEngine, follow } from './engine.ts';
import { npmSecrets, openFiles, revision } from './machine.ts';
import { overweight, ownMegabytes } from './weight.ts';

const USAGE = `usage: npm run images -- [sshd] [agent] [--engine podman|docker] [--tag TAG] [--registry REGISTRY]

Builds the images that are named, or both, as ims-sshd:TAG and ims-agent:TAG. TAG is the version in .docker_version
unless another is given. With --registry they are REGISTRY/ims-sshd:TAG and REGISTRY/ims-agent:TAG, and are pushed there.
`;

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const USED_WRONGLY = 2;

try {
  process.exitCode = await main();
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

async function main(): Promise<number> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { engine: { type: 'string' }, tag: { type: 'string' }, registry: { type: 'string' } },
  });
  const images = positionals.length === 0 ? (Object.keys(IMAGES) as ImageName[]) : positionals.map(imageNamed);
  if (!images.every((image) => image !== undefined)) {
    process.stderr.write(USAGE);
    return USED_WRONGLY;
  }
  const read = readVersions(ROOT);
  if ('problems' in read) {
    read.problems.forEach(say);
    return USED_WRONGLY;
  }
  const version = read.versions.DOCKER_VERSION;
  await buildAll(images, { engine: values.engine, version, tag: values.tag ?? version, registry: values.registry });
  return 0;
}

async function buildAll(
  images: readonly ImageName[],
  wanted: Pick<Build, 'version' | 'tag' | 'registry'> & { readonly engine: string | undefined },
): Promise<void> {
  process.chdir(ROOT);
  const engine = findEngine(wanted.engine);
  const usual = basesOf(readFileSync(join(ROOT, IMAGES['ims-sshd']), 'utf8'));
  const bases = await provideBases({ engine, openFiles: openFiles(), env: process.env, say }, usual);
  const base = new Map([...usual, ...bases]).get('BASE_IMAGE') ?? '';
  const { version, tag, registry } = wanted;
  const common = { version, tag, registry, revision: revision(ROOT), bases, secrets: npmSecrets(process.env) };
  const tooHeavy: string[] = [];
  for (const image of images) {
    const startedAt = performance.now();
    const name = referenceOf({ image, registry, tag });
    say(`builds ${name} with ${engine}`);
    await follow(engine, ...buildArguments({ ...common, image, openFiles: openFiles() }));
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    const megabytes = ownMegabytes(engine, name, base);
    say(`${name} is built (${seconds} s); it adds ${megabytes.toFixed(1)} MB to its base`);
    const refusal = overweight(image, { engine, tag, megabytes });
    if (refusal !== undefined) tooHeavy.push(refusal);
    else if (registry !== undefined) await follow(engine, 'push', name);
  }
  if (tooHeavy.length > 0) throw new Error(tooHeavy.join('\n'));
}

function say(line: string): void {
  process.stderr.write(`images: ${line}\n`);
}
