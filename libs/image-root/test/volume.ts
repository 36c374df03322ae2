// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { chmod, lstat, mkdir, mkdtemp, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { createRunner } from '@ims/process';
import { silentLogger } from '@ims/runtime';

import { createAttributes, openImageRoot, removePath, type ImageRoot } from '../src/index.ts';

/** What a test puts into a tree: text is a file, `-> x` a link, `/` a directory. */
export type Tree = Readonly<Record<string, string>>;

/** A volume of a test: an image root, and a directory beside it that no access may reach. */
export interface Volume extends AsyncDisposable {
  readonly parent: string;
  /** The path of the image root. */
  readonly at: string;
  readonly root: ImageRoot;
  readonly outside: string;
}

const attributes = createAttributes({ runner: createRunner({ logger: silentLogger }), logger: silentLogger });

export const SECRET = 'the secret that lies outside';

/** Makes a volume where sshd would accept it, which is not below /tmp. */
export async function makeVolume(tree: Tree = {}): Promise<Volume> {
  await mkdir('/var/lib/ims-test', { recursive: true, mode: 0o755 });
  const parent = await mkdtemp('/var/lib/ims-test/image-root-');
  await chmod(parent, 0o755);
  const at = join(parent, 'root');
  const outside = join(parent, 'outside');
  await mkdir(at);
  await plant(outside, { secret: SECRET, 'a/secret': SECRET });
  await plant(at, tree);
  const root = await openImageRoot(at);
  const dispose = async (): Promise<void> => {
    await root.close();
    await removePath(parent, attributes);
  };
  return { parent, at, root, outside, [Symbol.asyncDispose]: dispose };
}

/** Writes a tree below a directory. */
export async function plant(directory: string, tree: Tree): Promise<void> {
  await mkdir(directory, { recursive: true });
  for (const [name, content] of Object.entries(tree)) {
    const path = join(directory, name);
    await makeParents(directory, name);
    if (content === '/') await mkdir(path, { recursive: true });
    else if (content.startsWith('-> ')) await symlink(content.slice(3), path);
    else await writeFile(path, content);
  }
}

/** Never through a link that stands there by now: it may lead anywhere, and tests run as root. */
async function makeParents(directory: string, name: string): Promise<void> {
  let parent = directory;
  for (const part of name.split('/').slice(0, -1)) {
    parent = join(parent, part);
    if (!(await isLink(parent))) await mkdir(parent, { recursive: true });
    else throw new Error(`nothing is planted through ${parent}, which is a link`);
  }
}

async function isLink(path: string): Promise<boolean> {
  return await lstat(path).then(
    (stats) => stats.isSymbolicLink(),
    () => false,
  );
}

/** The text of a file of the image, read by the plain path. */
export async function text(volume: Volume, path: string): Promise<string> {
  return await readFile(join(volume.at, path), 'utf8');
}
