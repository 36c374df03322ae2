// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { choosePair, initrdsIn, kernelsIn, pairsOf, type BootPair, type VersionedFile } from '@ims/image-root';
import { Failure } from '@ims/runtime';

/** The names in `/boot` that a job publishes. */
export interface BootNames {
  readonly kernel: string;
  readonly initrd: string;
  readonly parameters: string | undefined;
}

/** What was asked for; a name that is left out is looked for. */
export interface WantedBootNames {
  readonly kernel: string | undefined;
  readonly initrd: string | undefined;
  readonly parameters: string | undefined;
}

/** The architecture of the image, as `BUILD_ARCH` has it. */
export type Architecture = 'x86_64' | 'aarch64';

/** What an image has that can be booted. */
export interface BootDirectory {
  /** The names in `/boot`. */
  readonly names: readonly string[];
  /** The name that a link in `/boot` leads to, for those that are links. */
  readonly links: Readonly<Record<string, string>>;
  /** The versions that have a modules directory. */
  readonly modules: readonly string[];
}

/** The names and what has to be said about them. */
export interface Choice {
  readonly names: BootNames;
  readonly notes: readonly string[];
}

const DEFAULT_KERNEL: Readonly<Record<Architecture, string>> = { x86_64: 'vmlinuz', aarch64: 'Image' };
const DEFAULT_INITRD = 'initrd';
const PARAMETERS = 'kernel-parameters';

/**
 * Chooses what to publish from `/boot`: what was asked for, else the contract's default name when it is there
 * (reference §5), else kernel and initrd of the newest version whose modules are in the image. What is still missing
 * when the user says complete is the agent's to refuse, since a customization may bring it.
 *
 * @throws Failure ConfigurationInvalid naming the candidates when more than one pair may be meant
 */
export function chooseBootNames(boot: BootDirectory, wanted: WantedBootNames, architecture: Architecture): Choice {
  const usual = { kernel: DEFAULT_KERNEL[architecture], initrd: DEFAULT_INITRD };
  const fixed: Fixed = {
    kernel: wanted.kernel ?? thereIn(boot, usual.kernel),
    initrd: wanted.initrd ?? thereIn(boot, usual.initrd),
  };
  const pair = findPair(boot, fixed);
  const { kernel, initrd } = { ...usual, ...pair, ...given(fixed) };
  const notes = [
    noteOf({ name: kernel, usual: usual.kernel, flag: '--kernel', asked: wanted.kernel }, boot),
    noteOf({ name: initrd, usual: usual.initrd, flag: '--initrd', asked: wanted.initrd }, boot),
    pair?.hasModules === false ? `the image has no modules of ${pair.kernel}` : undefined,
  ];
  return {
    names: { kernel, initrd, parameters: wanted.parameters ?? thereIn(boot, PARAMETERS) },
    notes: notes.filter((note) => note !== undefined),
  };
}

function thereIn({ names }: BootDirectory, name: string): string | undefined {
  return names.includes(name) ? name : undefined;
}

/** What is fixed, without what is not: that may come from elsewhere. */
function given({ kernel, initrd }: Fixed): { kernel?: string; initrd?: string } {
  return { ...(kernel === undefined ? {} : { kernel }), ...(initrd === undefined ? {} : { initrd }) };
}

type Fixed = Readonly<Record<'kernel' | 'initrd', string | undefined>>;

/** The pair to which what is fixed belongs; nothing when both are, or when no two files are of one version. */
function findPair(boot: BootDirectory, fixed: Fixed): (BootPair & { hasModules: boolean }) | undefined {
  if (fixed.kernel !== undefined && fixed.initrd !== undefined) return undefined;
  const kernels = candidates(fixed.kernel, boot, kernelsIn);
  const initrds = candidates(fixed.initrd, boot, initrdsIn);
  const choice = choosePair(pairsOf(kernels, initrds), boot.modules);
  if (choice.kind === 'ambiguous') throw ambiguous(choice.pairs);
  if (choice.kind === 'pair') return { ...choice.pair, hasModules: choice.hasModules || boot.modules.length === 0 };
  return onlyOnes(kernels, initrds);
}

function candidates(
  name: string | undefined,
  { names, links }: BootDirectory,
  read: (names: readonly string[]) => VersionedFile[],
): VersionedFile[] {
  if (name === undefined) return read(names);
  return [{ name, release: read([links[name] ?? name])[0]?.release ?? '' }];
}

/** One kernel and one initrd belong together when at least one of them has no version that says otherwise. */
function onlyOnes(kernels: readonly VersionedFile[], initrds: readonly VersionedFile[]): ReturnType<typeof findPair> {
  const [kernel, initrd] = [kernels[0], initrds[0]];
  if (kernels.length !== 1 || initrds.length !== 1 || kernel === undefined || initrd === undefined) return undefined;
  const isVersion = (release: string): boolean => /^\d/.test(release);
  if (isVersion(kernel.release) && isVersion(initrd.release)) return undefined;
  return { kernel: kernel.name, initrd: initrd.name, release: kernel.release, hasModules: true };
}

function ambiguous(pairs: readonly BootPair[]): Failure {
  const shown = pairs.map(({ kernel, initrd }) => `${kernel} with ${initrd}`).join(', ');
  const [first] = pairs;
  const example = first === undefined ? '' : `, for instance --kernel ${first.kernel} --initrd ${first.initrd}`;
  return new Failure('ConfigurationInvalid', `/boot has more than one kernel that may be meant: ${shown}`, {
    advice: `say which one is published${example}`,
  });
}

function noteOf(
  file: { readonly name: string; readonly usual: string; readonly flag: string; readonly asked: string | undefined },
  { names }: BootDirectory,
): string | undefined {
  const { name, usual, flag, asked } = file;
  if (!names.includes(name)) {
    return `/boot has no ${name}: the image cannot be published without one (${flag} names another)`;
  }
  return name === usual || asked !== undefined
    ? undefined
    : `/boot has no ${usual}; takes ${name} (${flag} says otherwise)`;
}
