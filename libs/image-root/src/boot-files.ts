// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { ArtifactName } from '@ims/contract';
import { Failure } from '@ims/runtime';

import { checkFileName, type BootFileNames } from './boot-file-names.ts';
import { isOfTheImage } from './errno.ts';
import type { Finding } from './finding.ts';
import type { ImageRoot } from './image-root.ts';
import { KIND_NAMES } from './pin.ts';
import { show } from './places.ts';

/** The artifacts that come from `/boot`. */
export type BootArtifact = Exclude<ArtifactName, 'rootfs'>;

/** A boot file that can be stored. */
export interface BootFile {
  /** Where it really lies inside the image, links resolved. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
}

/** What `/boot` holds of what packaging needs. */
export interface BootInspection {
  readonly files: Readonly<Partial<Record<BootArtifact, BootFile>>>;
  /** Anything here and the image cannot be packaged. */
  readonly findings: readonly Finding[];
  /** Worth saying, nothing to stop for (H23). */
  readonly notes: readonly string[];
}

interface Lack {
  /** Nothing stands there, rather than something that cannot be stored. */
  readonly absent: boolean;
  readonly finding: Finding;
}

interface Wanted {
  readonly artifact: BootArtifact;
  readonly name: string;
  readonly variable: string;
}

/** The inside path of a boot file. */
export function bootPath(name: string): string {
  return `/boot/${name}`;
}

/**
 * Looks for kernel, initrd and kernel parameters in the image's `/boot`, links followed inside the image;
 * changes nothing. A parameters file that is not there is a note, as that was never an error (reference §5, H23);
 * one that cannot be stored is a finding, so that the user hears of it while the shell is up.
 *
 * @throws Failure ConfigurationInvalid for a name that {@link checkFileName} refuses
 */
export async function inspectBootFiles(root: ImageRoot, names: BootFileNames): Promise<BootInspection> {
  const files: Partial<Record<BootArtifact, BootFile>> = {};
  const findings: Finding[] = [];
  const notes: string[] = [];
  for (const wanted of wantedOf(names)) {
    const seen = await look(root, wanted);
    if ('size' in seen) files[wanted.artifact] = { path: seen.path, size: seen.size };
    else if (wanted.artifact === 'boot_parameters' && seen.absent) notes.push(withoutIt(seen.finding));
    else findings.push(seen.finding);
    if (!('size' in seen) || seen.size > 0) continue;
    if (wanted.artifact === 'boot_parameters') notes.push(`${bootPath(wanted.name)} is empty`);
    else findings.push(emptyFinding(wanted));
  }
  return { files, findings, notes };
}

function wantedOf({ kernel, initrd, parameters }: BootFileNames): Wanted[] {
  const rows: (Wanted | undefined)[] = [
    { artifact: 'kernel', name: kernel, variable: 'KERNEL_FILENAME' },
    { artifact: 'initrd', name: initrd, variable: 'INITRD_FILENAME' },
    parameters === undefined
      ? undefined
      : { artifact: 'boot_parameters', name: parameters, variable: 'KERNEL_PARAMETERS_FILENAME' },
  ];
  return rows.filter((row) => row !== undefined);
}

async function look(root: ImageRoot, wanted: Wanted): Promise<BootFile | Lack> {
  const problem = checkFileName(wanted.name);
  if (problem !== undefined) {
    throw new Failure('ConfigurationInvalid', `${wanted.variable}=${JSON.stringify(wanted.name)} ${problem}`);
  }
  try {
    return await lookInside(root, wanted);
  } catch (error) {
    if (!isOfTheImage(error)) throw error;
    const message = `the ${wordsOf(wanted)} is refused: ${error.message}; ${error.advice}`;
    return { absent: false, finding: { reason: error.reason, message } };
  }
}

async function lookInside(root: ImageRoot, wanted: Wanted): Promise<BootFile | Lack> {
  const path = bootPath(wanted.name);
  const entry = await root.stat(path);
  if (entry?.kind === 'file') return { path: entry.path, size: entry.size };
  const found =
    entry === undefined
      ? ((await root.whyAbsent(path)) ?? `${show(path)} changed while it was looked at`)
      : `${show(path)} is ${KIND_NAMES[entry.kind]}`;
  const mend = `put the ${wordsOf(wanted)} there as a regular file or set ${wanted.variable} to its name`;
  const message = `the ${wordsOf(wanted)} is missing: ${found}; ${mend}`;
  return { absent: entry === undefined, finding: { reason: 'ImageInvalid', message } };
}

function emptyFinding(wanted: Wanted): Finding {
  const message = `the ${wordsOf(wanted)} is empty: ${show(bootPath(wanted.name))} has no bytes`;
  return { reason: 'ImageInvalid', message: `${message}; write it again or set ${wanted.variable} to another name` };
}

const WORDS: Readonly<Record<BootArtifact, string>> = {
  kernel: 'kernel',
  initrd: 'initrd',
  boot_parameters: 'kernel parameters file',
};

function wordsOf({ artifact }: Wanted): string {
  return WORDS[artifact];
}

function withoutIt(finding: Finding): string {
  return `the image is published without kernel parameters: ${finding.message}`;
}
