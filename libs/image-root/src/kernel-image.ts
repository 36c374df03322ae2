// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { ByteReader } from './byte-reader.ts';
import { MAGIC_BYTES, OWN_DECOMPRESSORS, packedBy } from './decompress.ts';
import type { ByteRange } from './image-file.ts';

/** What a kernel says of itself, as far as it does. */
export interface KernelFacts {
  /** As its modules directory is named: `6.4.0-150600.21-default`. */
  readonly release?: string;
  readonly architecture?: CpuArchitecture;
}

/** The processors of the field's machines. */
export type CpuArchitecture = 'x86_64' | 'aarch64';

/** Bytes that are read again and again: `ImageFile` of an image root. */
export interface Bytes {
  readonly size: number;
  stream(range?: ByteRange): AsyncIterable<Uint8Array>;
}

/** So much of a kernel decides what it is: the setup code of x86 has at most 64 sectors. */
const HEAD_BYTES = 128 * 1024;
/** No kernel is larger. */
const MOST_BYTES = 256 * 1024 * 1024;
const BANNER = 'Linux version ';
const BANNER_BYTES = 160;

/** Whether a text can be the version of a kernel (`UTS_RELEASE` has at most 64 characters). */
export function isRelease(text: string): boolean {
  return /^[0-9][\w.+~-]{0,63}$/.test(text);
}

/**
 * Reads version and processor from a kernel: the header of bzImage (Linux, `Documentation/arch/x86/boot.rst`), of an
 * arm64 Image (`Documentation/arch/arm64/booting.rst`), also packed, or of ELF. Never throws for what the file holds.
 */
export async function readKernel(file: Bytes): Promise<KernelFacts> {
  try {
    const head = await headOf(file.stream({ start: 0, end: HEAD_BYTES }), HEAD_BYTES);
    const kind = packedBy(head.subarray(0, MAGIC_BYTES));
    const unpack = kind === undefined ? undefined : OWN_DECOMPRESSORS[kind];
    if (kind !== undefined && unpack === undefined) return {};
    const stream = (): AsyncIterable<Uint8Array> => (unpack === undefined ? file.stream() : unpack(file.stream()));
    return await factsOf(unpack === undefined ? head : await headOf(stream(), HEAD_BYTES), stream);
  } catch {
    return {};
  }
}

async function factsOf(head: Buffer, stream: () => AsyncIterable<Uint8Array>): Promise<KernelFacts> {
  if (head.toString('latin1', 0x202, 0x206) === 'HdrS') return x86Facts(head);
  const architecture = isArm64Image(head) ? 'aarch64' : elfArchitecture(head);
  return architecture === undefined ? {} : { architecture, ...releaseFact(await bannerOf(stream())) };
}

function x86Facts(head: Buffer): KernelFacts {
  const at = 0x200 + head.readUInt16LE(0x20e);
  const text = at === 0x200 ? '' : head.toString('latin1', at, at + BANNER_BYTES);
  const is64Bit = head.readUInt16LE(0x206) >= 0x020c && (head.readUInt16LE(0x236) & 1) === 1;
  return { ...(is64Bit ? { architecture: 'x86_64' as const } : {}), ...releaseFact(/^[^ \0]*/.exec(text)?.[0]) };
}

function isArm64Image(head: Buffer): boolean {
  return head.toString('latin1', 56, 60) === 'ARM\x64';
}

const ELF_MACHINES: Readonly<Record<number, CpuArchitecture>> = { 62: 'x86_64', 183: 'aarch64' };

/** The processor that a program or kernel in ELF is for (elf(5)). */
export function elfArchitecture(head: Buffer): CpuArchitecture | undefined {
  return head.toString('latin1', 0, 4) === '\x7fELF' && head.length >= 20 && head[5] === 1
    ? ELF_MACHINES[head.readUInt16LE(18)]
    : undefined;
}

function releaseFact(release: string | undefined): Pick<KernelFacts, 'release'> {
  return release !== undefined && isRelease(release) ? { release } : {};
}

/** The version in the text that a kernel prints first: an arm64 Image has it nowhere else. */
async function bannerOf(stream: AsyncIterable<Uint8Array>): Promise<string | undefined> {
  let rest: Buffer = Buffer.alloc(0);
  let seen = 0;
  for await (const chunk of stream) {
    seen += chunk.length;
    const here = Buffer.concat([rest, chunk]);
    const release = bannerIn(here);
    if (release !== undefined || seen > MOST_BYTES) return release;
    rest = here.subarray(-BANNER_BYTES);
  }
  return undefined;
}

function bannerIn(bytes: Buffer): string | undefined {
  for (let at = bytes.indexOf(BANNER); at !== -1; at = bytes.indexOf(BANNER, at + 1)) {
    const text = bytes.toString('latin1', at + BANNER.length, at + BANNER_BYTES);
    const release = /^(\S+) \(/.exec(text)?.[1];
    if (release !== undefined) return release;
  }
  return undefined;
}

/** The first bytes of a stream, which is ended then. */
async function headOf(stream: AsyncIterable<Uint8Array>, length: number): Promise<Buffer> {
  const reader = new ByteReader(stream, MOST_BYTES);
  try {
    return Buffer.from(await reader.peek(length));
  } finally {
    await reader.close();
  }
}
