// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

export { createAttributes, type Attributes } from './attributes.ts';
export { checkBoot, moduleReleases, type BootCheck, type BootCheckOptions } from './boot-check.ts';
export { bootFileNames, checkFileName, type BootFileNames, type BootFileSettings } from './boot-file-names.ts';
export { bootPath, inspectBootFiles, type BootArtifact, type BootFile, type BootInspection } from './boot-files.ts';
export {
  choosePair,
  initrdsIn,
  kernelsIn,
  pairsOf,
  type BootPair,
  type PairChoice,
  type VersionedFile,
} from './boot-pairs.ts';
export { copyCertificates, type CopiedCertificates } from './ca-certificates.ts';
export { unlockWith } from './despite.ts';
export type { Decompress, Decompressors } from './decompress.ts';
export type { FileAttributes, Owner } from './entries.ts';
export type { Entry } from './entry.ts';
export type { Finding } from './finding.ts';
export { tightenImageDirectory, type TightenedDirectory } from './image-directory.ts';
export type { ByteRange, ImageFile } from './image-file.ts';
export { ImageRoot, type PinnedDirectory } from './image-root.ts';
export { inspectJail, type JailOptions, type JailProblem } from './jail.ts';
export { zstdSupport, type ZstdSupport } from './kernel-config.ts';
export { lazyImageRoot, type LazyRoot } from './lazy-root.ts';
export { inspectLocked, refuseLocked } from './locked-entries.ts';
export { mendJail, refuseJail, type MendedJail, type MendOptions } from './mend-jail.ts';
export { openImageRoot } from './open.ts';
export type { Kind } from './pin.ts';
export { removePath } from './removal.ts';
export { restore, saveAndInstall, type ResolvConfOutcome, type ResolvConfPlaces } from './resolv-conf.ts';
export { loginShell, secureJail } from './secure-jail.ts';
export { removeAdditions } from './shell-additions.ts';
export { enoughSpace, freeSpace, humanBytes, packingNeeds, type Space } from './space.ts';
export { clearStaleFlags, ensureTemporary, type ClearedFlags } from './stale-flags.ts';
export { openVolume, type VolumeOptions } from './volume.ts';
export { surveyOf, type Survey } from './survey.ts';
export { usageOf, type Usage } from './usage.ts';
export { refuseDoubtfulRoot, writeOutImageRoot, type WrittenOut } from './write-out.ts';
