// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { ImageName } from './dockerfile.ts';
import { ask, type Engine } from './engine.ts';

/** What an image may add to its base, in megabytes; docs/images.md promises it. */
export const MOST_MEGABYTES: Readonly<Record<ImageName, number>> = { 'ims-sshd': 160, 'ims-agent': 200 };

/** What an image adds to its base, unpacked, in megabytes. @throws Error when the engine knows one of them not */
export function ownMegabytes(engine: Engine, image: string, base: string): number {
  return (bytesOf(engine, image) - bytesOf(engine, base)) / 1e6;
}

/** Why an image that adds so many megabytes to its base is refused, and the mend; undefined when it is light enough. */
export function overweight(
  image: ImageName,
  { engine, tag, megabytes }: { readonly engine: Engine; readonly tag: string; readonly megabytes: number },
): string | undefined {
  const most = MOST_MEGABYTES[image];
  if (megabytes <= most) return undefined;
  return [
    `${image}:${tag} adds ${megabytes.toFixed(1)} MB to its base, more than the ${String(most)} that it may:`,
    `${engine} history ${image}:${tag} shows which layer has grown, take out of it what is not needed;`,
    'or raise the limit in tools/images/src/weight.ts and docs/images.md',
  ].join(' ');
}

function bytesOf(engine: Engine, image: string): number {
  const { succeeded, stdout, complaint } = ask(engine, 'image', 'inspect', '--format', '{{.Size}}', image);
  if (!succeeded) throw new Error(`${engine} cannot tell what ${image} weighs: ${complaint}`);
  return Number(stdout);
}
