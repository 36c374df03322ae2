// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { ask, type Engine } from './engine.ts';

/** What an image adds to its base, unpacked, in megabytes. @throws Error when the engine knows one of them not */
export function ownMegabytes(engine: Engine, image: string, base: string): number {
  return (bytesOf(engine, image) - bytesOf(engine, base)) / 1e6;
}

function bytesOf(engine: Engine, image: string): number {
  const { succeeded, stdout, complaint } = ask(engine, 'image', 'inspect', '--format', '{{.Size}}', image);
  if (!succeeded) throw new Error(`${engine} cannot tell what ${image} weighs: ${complaint}`);
  return Number(stdout);
}
