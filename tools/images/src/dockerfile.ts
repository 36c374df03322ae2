// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** The images that ship, by name, and from which file each is built. */
export const IMAGES = {
  'ims-sshd': 'Dockerfile.sshd',
  'ims-agent': 'Dockerfile.agent',
} as const;

/** The name of an image that ships. */
export type ImageName = keyof typeof IMAGES;

/** The images that a Dockerfile begins with, by the name of the argument that replaces each. */
export function basesOf(dockerfile: string): ReadonlyMap<string, string> {
  const lines = dockerfile.matchAll(/^ARG (\w+_IMAGE)=(\S+)$/gm);
  return new Map([...lines].map(([, name = '', image = '']) => [name, image]));
}

/** The name of the image that an argument on the command line means: `sshd` is `ims-sshd`. */
export function imageNamed(word: string): ImageName | undefined {
  return (Object.keys(IMAGES) as ImageName[]).find((name) => name === word || name === `ims-${word}`);
}

/** What a build needs to know. */
export interface Build {
  readonly image: ImageName;
  /** Of the images: what their label says. */
  readonly version: string;
  /** Where the image is stored: `registry.example.com/ims`; on this machine alone when undefined. */
  readonly registry?: string | undefined;
  /** After the colon of the image's name. */
  readonly tag: string;
  /** The commit; empty when there is none. */
  readonly revision: string;
  /** Bases in place of those of the Dockerfile, by argument; all of them are on this machine. */
  readonly bases: ReadonlyMap<string, string>;
  /** Files that a step of the build may read and that are in no layer, by id. */
  readonly secrets: ReadonlyMap<string, string>;
  /** How many files a process of this machine may open at most, unless it is a common number. */
  readonly openFiles: number | undefined;
}

/** The whole name of an image. */
export function referenceOf({ image, registry, tag }: Pick<Build, 'image' | 'registry' | 'tag'>): string {
  const place = registry === undefined ? '' : `${registry.replace(/\/$/, '')}/`;
  return `${place}${image}:${tag}`;
}

/** The words of `podman build` and `docker build`. */
export function buildArguments(build: Build): readonly string[] {
  const { image, version, revision, bases, secrets, openFiles } = build;
  const given = new Map([['VERSION', version], ['REVISION', revision], ...bases]);
  return [
    'build',
    ...['--file', IMAGES[image], '--tag', referenceOf(build)],
    ...[...given].flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]),
    ...[...secrets].flatMap(([id, file]) => ['--secret', `id=${id},src=${file}`]),
    ...(openFiles === undefined ? [] : ['--ulimit', `nofile=${String(openFiles)}:${String(openFiles)}`]),
    ...(bases.size === 0 ? [] : ['--pull=false']),
    '.',
  ];
}
