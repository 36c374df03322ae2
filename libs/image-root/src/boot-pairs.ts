// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** A kernel or an initrd by its name in `/boot`. */
export interface VersionedFile {
  readonly name: string;
  /** The version as the modules directory has it, or another word that both files share; empty when there is none. */
  readonly release: string;
}

/** Kernel and initrd of one version. */
export interface BootPair {
  readonly kernel: string;
  readonly initrd: string;
  readonly release: string;
}

/** What can be said of the pairs in `/boot`. */
export type PairChoice =
  | { readonly kind: 'pair'; readonly pair: BootPair; readonly hasModules: boolean }
  | { readonly kind: 'ambiguous'; readonly pairs: readonly BootPair[] }
  | { readonly kind: 'none' };

// What packages and tools leave beside the files that nodes boot: kernels for dumps, rescue and debugging, and backups.
const NOT_FOR_BOOT =
  /kdump|rescue|debug|fallback|\.(old|bak|orig|save|tmp|new)(\b|$)|\.dpkg-|\.rpm(save|orig|new)|~$|\.(sig|hmac|sha\d+)$/i;

/** By how good a kernel is for a boot loader: of two of one version the first kind is taken. */
const KERNEL_KINDS = ['vmlinuz', 'Image', 'bzImage', 'vmlinux'] as const;
const KERNEL = new RegExp(`^(${KERNEL_KINDS.join('|')})(?:[-.](.+?))?(?:\\.(?:gz|xz|zst))?$`);
const INITRD = /^(?:initrd|initramfs)(?:\.img)?(?:-(.+?))?(?:\.img)?$/;

/** The kernels among the names in `/boot` that nodes could boot. */
export function kernelsIn(names: readonly string[]): VersionedFile[] {
  const kindOf = (name: string): number => KERNEL_KINDS.findIndex((kind) => name.startsWith(kind));
  return matching(names, (name) => KERNEL.exec(name)?.slice(2)).sort((a, b) => kindOf(a.name) - kindOf(b.name));
}

/** The initrds among the names in `/boot` that nodes could boot. */
export function initrdsIn(names: readonly string[]): VersionedFile[] {
  return matching(names, (name) => INITRD.exec(name)?.slice(1));
}

function matching(names: readonly string[], read: (name: string) => string[] | undefined): VersionedFile[] {
  return names.flatMap((name) => {
    const found = NOT_FOR_BOOT.test(name) ? undefined : read(name);
    return found === undefined ? [] : [{ name, release: found[0] ?? '' }];
  });
}

/** Every kernel with every initrd of its version; of several kernels of one version the best one only. */
export function pairsOf(kernels: readonly VersionedFile[], initrds: readonly VersionedFile[]): BootPair[] {
  const best = kernels.filter(({ release }, at) => kernels.findIndex((other) => other.release === release) === at);
  return best.flatMap(({ name: kernel, release }) =>
    initrds
      .filter((initrd) => initrd.release === release)
      .map(({ name: initrd }): BootPair => ({ kernel, initrd, release })),
  );
}

/**
 * The pair of the newest version, one whose modules are in the image before all others. Two that differ in more than
 * the version (`-default` and `-azure`) are for a person to choose from.
 *
 * @param modules the versions that have a modules directory
 */
export function choosePair(pairs: readonly BootPair[], modules: readonly string[]): PairChoice {
  const withModules = pairs.filter(({ release }) => modules.includes(release));
  const hasModules = withModules.length > 0;
  const sorted = [...(hasModules ? withModules : pairs)].sort((a, b) => compareReleases(b.release, a.release));
  const [pair] = sorted;
  if (pair === undefined) return { kind: 'none' };
  const rivals = sorted.filter(({ release }) => compareNumbers(release, pair.release) === 0);
  return rivals.length > 1 ? { kind: 'ambiguous', pairs: rivals } : { kind: 'pair', pair, hasModules };
}

/** Orders versions of kernels, the older first: `6.9` before `6.10`, `6.12.0-rc7` before `6.12.0`. */
function compareReleases(a: string, b: string): number {
  return compareWords(wordsOf(a), wordsOf(b));
}

/** As {@link compareReleases}, up to the first word that is the name of a distribution or flavor. */
function compareNumbers(a: string, b: string): number {
  return compareWords(numbersOf(a), numbersOf(b));
}

function numbersOf(release: string): string[] {
  const words = wordsOf(release);
  const end = words.findIndex((word) => rankOf(word) === RANKS.word);
  return end === -1 ? words : words.slice(0, end);
}

function wordsOf(release: string): string[] {
  return release.match(/\d+|[A-Za-z]+/g) ?? [];
}

/** A release candidate comes before the end of a version, a name after it, and a number after both. */
const RANKS = { candidate: 0, end: 1, word: 2, number: 3 } as const;

function rankOf(word: string | undefined): number {
  if (word === undefined) return RANKS.end;
  if (/^\d/.test(word)) return RANKS.number;
  return /^(rc|alpha|beta|pre)$/i.test(word) ? RANKS.candidate : RANKS.word;
}

function compareWords(a: readonly string[], b: readonly string[]): number {
  for (let at = 0; at < Math.max(a.length, b.length); at += 1) {
    const [left, right] = [a[at], b[at]];
    const order = rankOf(left) - rankOf(right) || compareWord(left ?? '', right ?? '');
    if (order !== 0) return order;
  }
  return 0;
}

function compareWord(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
