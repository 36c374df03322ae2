// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { ByteReader } from './byte-reader.ts';
import { MAGIC_BYTES, OWN_DECOMPRESSORS, packedBy, type Decompressors } from './decompress.ts';
import { isRelease } from './kernel-image.ts';

/** Of which kernels an initrd has modules. */
export interface InitrdModules {
  readonly releases: readonly string[];
  /** Why there may be more that could not be seen; `undefined` when everything was. */
  readonly unseen: string | undefined;
}

/** What is read at most: an initrd of more than this is nothing that a node boots. */
const MOST_UNPACKED = 2 * 1024 ** 3;
const MOST_FILES = 200_000;
const LONGEST_NAME = 4096;

/** `newc` and `crc` of cpio, which are all that the kernel takes (Linux, `Documentation/driver-api/early-userspace`). */
const CPIO_MAGICS = ['070701', '070702'];
const HEADER = 110;
const LAST = 'TRAILER!!!';

/**
 * Looks into an initrd: archives of cpio one after the other, the first with microcode and not packed, the last one
 * packed (Linux, `init/initramfs.c`). Reads no file of it and keeps nothing, and ends when modules of `wanted` are found.
 * Never throws for what the initrd holds.
 */
export async function initrdModules(
  bytes: AsyncIterable<Uint8Array>,
  wanted: string,
  decompressors: Decompressors = {},
): Promise<InitrdModules> {
  const found = new Set<string>();
  const all: Decompressors = { ...OWN_DECOMPRESSORS, ...decompressors };
  let reader = new ByteReader(bytes, MOST_UNPACKED);
  const opened = [reader];
  try {
    for (let packings = 0; ; packings += 1) {
      if ((await readArchives(reader, found, wanted)) === 'ended') return { releases: [...found], unseen: undefined };
      const kind = packedBy(await reader.peek(MAGIC_BYTES));
      const unpack = kind === undefined ? undefined : all[kind];
      if (unpack === undefined || packings > 0) return { releases: [...found], unseen: unreadable(kind) };
      reader = new ByteReader(unpack(reader.remaining()), MOST_UNPACKED);
      opened.push(reader);
    }
  } catch (error) {
    return { releases: [...found], unseen: error instanceof Error ? error.message : String(error) };
  } finally {
    for (const one of opened.reverse()) await one.close().catch(() => undefined);
  }
}

function unreadable(kind: string | undefined): string {
  return kind === undefined ? 'it is no archive of cpio' : `it is packed by ${kind}, which cannot be read here`;
}

/** Reads archives up to the end, or to what is none; `ended` too when what is wanted was found. */
async function readArchives(reader: ByteReader, found: Set<string>, wanted: string): Promise<'ended' | 'other'> {
  for (let files = 0; await reader.skipZeros(); files += 1) {
    if (files > MOST_FILES) throw new RangeError('it has more files than are looked at');
    if (!CPIO_MAGICS.includes((await reader.peek(6)).toString('latin1'))) return 'other';
    const release = releaseOf(await readName(reader));
    if (release !== undefined) found.add(release);
    if (release === wanted) return 'ended';
  }
  return 'ended';
}

/** The name of the next file, whose content is passed over. */
async function readName(reader: ByteReader): Promise<string> {
  const header = (await reader.take(HEADER)).toString('latin1');
  const [size, length] = [fieldOf(header, 54), fieldOf(header, 94)];
  if (length > LONGEST_NAME) throw new RangeError('it has a name that is too long');
  const name = (await reader.take(length)).toString('latin1').replace(/\0.*$/s, '');
  if (name === LAST) return name;
  await reader.skip(paddingAfter(HEADER + length));
  await reader.skip(size + paddingAfter(size));
  return name;
}

function fieldOf(header: string, at: number): number {
  const field = header.slice(at, at + 8);
  if (!/^[0-9a-f]{8}$/i.test(field)) throw new RangeError('it is damaged');
  return Number.parseInt(field, 16);
}

function paddingAfter(bytes: number): number {
  return (4 - (bytes % 4)) % 4;
}

/** The kernel that a file is a module of. */
function releaseOf(name: string): string | undefined {
  const release = /^(?:\.?\/)?(?:usr\/)?lib\/modules\/([^/]+)\/.*\.ko(?:\.\w+)?$/.exec(name)?.[1];
  return release !== undefined && isRelease(release) ? release : undefined;
}
