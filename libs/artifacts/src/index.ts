// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

export { decodeManifest } from './decode-manifest.ts';
export { createDirectoryRegistry, type DirectoryRegistryOptions } from './directory/registry.ts';
export { createDirectoryStore, type DirectoryStoreOptions } from './directory/store.ts';
export { decodeImageRecord, type ImageRecord } from './directory/image-record.ts';
export { openStore, parseStoreAddress, type StoreAddress, type StoreKind, type StoreTools } from './stores.ts';
export { verifyImage } from './verify.ts';
