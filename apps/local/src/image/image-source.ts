// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { open, readdir, realpath, stat } from 'node:fs/promises';

/** How a tar archive is packed; what tar is told, since it reads a pipe. */
export type Compression = 'none' | 'gzip' | 'xz' | 'zstd' | 'bzip2';

/** An image root that somebody has, told by its bytes and not by its name. */
export type ImageSource =
  | { readonly kind: 'directory'; readonly path: string }
  | { readonly kind: 'squashfs'; readonly path: string; readonly size: number }
  | { readonly kind: 'tar'; readonly path: string; readonly size: number; readonly compression: Compression };

/** What `--image` accepts, for every error about it. */
export const ACCEPTED_IMAGES =
  'a directory, a squashfs file, or a tar archive (plain, .gz, .xz, .zst, .bz2) of an image root';

/** A source, or why it is none: a sentence that names the flag, what was found and what is accepted. */
export type Found = { readonly source: ImageSource } | { readonly problem: string };

/** Looks at what `--image` names; changes nothing. */
export async function findImageSource(path: string): Promise<Found> {
  try {
    const real = await realpath(path);
    const facts = await stat(real);
    if (facts.isDirectory()) return await directorySource(path, real);
    if (facts.isFile()) return await fileSource(path, { path: real, size: facts.size });
    return refuse(path, 'is neither a file nor a directory');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    return refuse(path, code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`);
  }
}

async function directorySource(given: string, path: string): Promise<Found> {
  const problem = notAnImageRoot(await readdir(path));
  if (problem !== undefined) return refuse(given, problem);
  if (path === '/') return refuse(given, 'is the root of this machine');
  return { source: { kind: 'directory', path } };
}

async function fileSource(given: string, file: { path: string; size: number }): Promise<Found> {
  const kind = kindOfBytes(await firstBytes(file.path));
  if (kind === undefined) return refuse(given, 'is neither squashfs nor a tar archive');
  if (kind === 'squashfs') return { source: { kind, ...file } };
  return { source: { kind: 'tar', ...file, compression: kind } };
}

function refuse(path: string, found: string): { problem: string } {
  return { problem: `--image ${path} ${found} (accepted: ${ACCEPTED_IMAGES})` };
}

/**
 * Why a directory with these names in it is not the top of an image root; `undefined` when it looks like one.
 * Every image that can be booted has `etc`, and its programs in `usr` or `bin`.
 */
export function notAnImageRoot(names: readonly string[]): string | undefined {
  if (names.includes('etc') && (names.includes('usr') || names.includes('bin'))) return undefined;
  if (names.includes('oci-layout') || names.includes('manifest.json')) {
    return 'is a container image in layers, not a root file system; export a container of it (podman export)';
  }
  const shown = names.slice(0, 5).join(', ');
  const found = names.length === 0 ? 'is empty' : `holds ${shown}${names.length > 5 ? ', …' : ''}`;
  return `is not the top of an image root: it ${found}, and there is no etc beside usr or bin`;
}

const MAGICS: readonly { at: number; bytes: string; kind: 'squashfs' | Compression }[] = [
  { at: 0, bytes: '68737173', kind: 'squashfs' },
  { at: 257, bytes: '7573746172', kind: 'none' },
  { at: 0, bytes: '1f8b', kind: 'gzip' },
  { at: 0, bytes: 'fd377a585a00', kind: 'xz' },
  { at: 0, bytes: '28b52ffd', kind: 'zstd' },
  // A frame to be skipped, 0x184d2a50 to 0x184d2a5f: pzstd begins with one (RFC 8878, 3.1.2).
  ...Array.from({ length: 16 }, (_, low) => ({ at: 0, bytes: `5${low.toString(16)}2a4d18`, kind: 'zstd' as const })),
  { at: 0, bytes: '425a68', kind: 'bzip2' },
];

/** What a file is by its first 512 bytes; a compressed file is taken for a tar archive until tar says otherwise. */
export function kindOfBytes(head: Uint8Array): 'squashfs' | Compression | undefined {
  const text = Buffer.from(head).toString('hex');
  return MAGICS.find(({ at, bytes }) => text.startsWith(bytes, at * 2))?.kind ?? (isOldTar(head) ? 'none' : undefined);
}

const TAR_BLOCK = 512;
const TAR_SUM = { from: 148, to: 156 };

/** A tar header of Unix v7 has no magic, but the sum of its bytes, its own field counted as blanks (tar(5)). */
function isOldTar(head: Uint8Array): boolean {
  if (head.length < TAR_BLOCK || head[0] === 0) return false;
  const noted = /^[ 0]*([0-7]+)[ \0]/.exec(Buffer.from(head.subarray(TAR_SUM.from, TAR_SUM.to)).toString('latin1'));
  const sum = head
    .subarray(0, TAR_BLOCK)
    .reduce((all, byte, at) => all + (at >= TAR_SUM.from && at < TAR_SUM.to ? 0x20 : byte), 0);
  return noted !== null && Number.parseInt(noted[1] ?? '', 8) === sum;
}

async function firstBytes(path: string): Promise<Uint8Array> {
  await using file = await open(path, 'r');
  const { bytesRead, buffer } = await file.read(Buffer.alloc(512), 0, 512, 0);
  return buffer.subarray(0, bytesRead);
}
