// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

export { decodeManifest } from './decode-manifest.ts';
export { createDirectoryRegistry, type DirectoryRegistryOptions } from './directory/registry.ts';
export { createDirectoryStore, type DirectoryStoreOptions } from './directory/store.ts';
export { createDualStore, type DualStoreOptions } from './dual-store.ts';
export { decodeImageRecord, type ImageRecord } from './directory/image-record.ts';
export { openS3Object } from './s3-object.ts';
export type { S3Settings } from './s3/settings.ts';
export { digestFile } from './files.ts';
export { imageIdOf } from './identifiers.ts';
export { openStore, parseStoreAddress, type StoreAddress, type StoreKind, type StoreTools } from './stores.ts';
export { takeSums } from './take-sums.ts';
export { verifyImage, type VerifyTools } from './verify.ts';
