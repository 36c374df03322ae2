// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** The head of a bzImage as the boot protocol of x86 has it, with a version and as large as it says. */
export function bzImage(release: string): Buffer {
  const bytes = Buffer.alloc(64 * 1024, 0x90);
  bytes.write('HdrS', 0x202, 'latin1');
  bytes.writeUInt16LE(0x020f, 0x206);
  bytes.writeUInt16LE(0x3000, 0x20e);
  bytes.writeUInt16LE(1, 0x236);
  bytes.write(`${release} (builder@host) #1 SMP\0`, 0x3200, 'latin1');
  return bytes;
}

/** An arm64 Image, which has its version only in the text that it prints first. */
export function arm64Image(release: string, { bannerAt = 3_000_000 } = {}): Buffer {
  const bytes = Buffer.alloc(bannerAt + 4096);
  bytes.write('ARM\x64', 56, 'latin1');
  bytes.write('Linux version %s', 100_000, 'latin1');
  bytes.write(`Linux version ${release} (builder@host) (gcc) #1 SMP`, bannerAt, 'latin1');
  return bytes;
}

/** An ELF program, as far as its head goes. */
export function elf(machine: 62 | 183): Buffer {
  const bytes = Buffer.alloc(64);
  bytes.write('\x7fELF\x02\x01\x01', 0, 'latin1');
  bytes.writeUInt16LE(machine, 18);
  return bytes;
}

/** An archive of cpio in the form `newc`, with files of these names and sizes. */
export function cpio(files: Readonly<Record<string, number>>): Buffer {
  const all = Object.entries({ ...files, 'TRAILER!!!': 0 });
  return Buffer.concat(all.map(([name, size]) => entry(name, size)));
}

/** An initrd before it is packed: what a tool makes for these kernels. */
export function initrdOf(...releases: readonly string[]): Buffer {
  const modules = releases.map((release) => `usr/lib/modules/${release}/kernel/fs/overlayfs/overlay.ko.xz`);
  return cpio({ init: 1234, 'usr/bin/sh': 70_001, ...Object.fromEntries(modules.map((name) => [name, 54_321])) });
}

/** What comes before it, not packed, with microcode for the processor, and the zeros between the two. */
export function microcode(): Buffer {
  return Buffer.concat([cpio({ 'kernel/x86/microcode/GenuineIntel.bin': 100_000 }), Buffer.alloc(300)]);
}

function entry(name: string, size: number): Buffer {
  const hex = (value: number): string => value.toString(16).padStart(8, '0');
  const fields = [1, 0o100644, 0, 0, 1, 0, size, 0, 0, 0, 0, name.length + 1, 0];
  const head = padded(Buffer.from(`070701${fields.map(hex).join('')}${name}\0`));
  return Buffer.concat([head, padded(Buffer.alloc(size, 'x'))]);
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}
