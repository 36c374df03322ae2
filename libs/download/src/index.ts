// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

export { createFetcher, type FetcherOptions } from './fetcher.ts';
export { fileSource } from './file-source.ts';
export { httpSource, type HttpSourceOptions } from './http-source.ts';
export { objectSource, type StoredObject } from './object-source.ts';
export { expiryOf, placeOf } from './presigned.ts';
export type { OpenedRange, RangeRequest, RangeSource } from './range-source.ts';
