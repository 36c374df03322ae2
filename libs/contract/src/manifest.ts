// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** The artifacts of an image in upload order, with their MIME types (reference §6.1). */
export const ARTIFACTS = {
  rootfs: { key: 'rootfs', mime: 'application/vnd.cray.image.rootfs.squashfs' },
  kernel: { key: 'kernel', mime: 'application/vnd.cray.image.kernel' },
  initrd: { key: 'initrd', mime: 'application/vnd.cray.image.initrd' },
  boot_parameters: { key: 'boot_parameters', mime: 'application/vnd.cray.image.parameters.boot' },
} as const;

/** Which artifact of an image. */
export type ArtifactName = keyof typeof ARTIFACTS;

/** Name of the manifest object beside the artifacts. */
export const MANIFEST_KEY = 'manifest.json';

/** An artifact as it was stored and verified. */
export interface StoredArtifact {
  readonly name: ArtifactName;
  /** MIME type. */
  readonly type: string;
  /** Where a client finds it: an `s3://` address, or a path for a directory store. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Lower-case hex. */
  readonly md5: string;
  /** Lower-case hex. */
  readonly sha256: string;
  readonly etag: string;
}

/** How a manifest addresses an artifact: `s3` in ARS, `file` in a directory store. */
export type LinkType = 's3' | 'file';

/** manifest.json, version 1.0 (reference §6.1), with sha256 besides md5. */
export interface Manifest {
  readonly version: '1.0';
  /** `YYYY-MM-DD HH:MM:SS.ffffff` in UTC. */
  readonly created: string;
  readonly artifacts: readonly {
    readonly type: string;
    readonly md5: string;
    readonly sha256: string;
    readonly size: number;
    readonly link: { readonly type: LinkType; readonly path: string; readonly etag: string };
  }[];
}

/** Builds the manifest of an image from what was stored. */
export function manifestOf(stored: readonly StoredArtifact[], created: Date, linkType: LinkType): Manifest {
  return {
    version: '1.0',
    created: created.toISOString().replace('T', ' ').replace('Z', '000'),
    artifacts: stored.map(({ type, md5, sha256, size, path, etag }) => ({
      type,
      md5,
      sha256,
      size,
      link: { type: linkType, path, etag },
    })),
  };
}

/** The manifest's bytes: pretty-printed with sorted keys, as IMS clients know it. */
export function encodeManifest(manifest: Manifest): string {
  const sorted = (_key: string, value: unknown): unknown =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value;
  return `${JSON.stringify(manifest, sorted, 4)}\n`;
}
