// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { FetchRequest } from '@ims/preparation';
import { Failure } from '@ims/runtime';

import type { DownloadState, StateFile } from './download-state.ts';
import type { PartialFile } from './partial-file.ts';
import type { OpenedRange, RangeSource } from './range-source.ts';

/** One download, over all the attempts that it takes. */
export interface Transfer {
  readonly source: RangeSource;
  readonly file: PartialFile;
  readonly state: StateFile;
  readonly request: FetchRequest;
  /** What is learnt on the way. */
  readonly progress: { known: DownloadState | undefined; isWhole: boolean };
}

/**
 * Fetches what is missing, in one attempt, and looks whether it is all there. What has arrived stays when it fails,
 * unless the whole is not what it should be.
 *
 * @throws Failure as the source does; SourceCorrupt, NoSpace
 */
export async function transferOnce(transfer: Transfer): Promise<void> {
  const { source, file, request, progress } = transfer;
  // An earlier start may have been killed between the last byte and the name.
  if (file.size > 0 && progress.known?.size === file.size) {
    await checkWhole(transfer, file.size);
    return;
  }
  const opened = await source.open({
    start: progress.known?.version === undefined ? 0 : file.size,
    version: progress.known?.version,
    signal: request.signal,
  });
  try {
    const rest = opened.body[Symbol.asyncIterator]();
    if (opened.start === 0) await beginAnew(transfer, opened, rest);
    else await goOn(transfer, opened);
    await pump(transfer, opened.size, rest);
  } finally {
    opened.close();
  }
  await checkWhole(transfer, opened.size);
}

/** Nothing that lies there is given up before the new beginning is known to be that of an image. */
async function beginAnew(
  { file, state, request, progress }: Transfer,
  opened: OpenedRange,
  rest: AsyncIterator<Uint8Array>,
): Promise<void> {
  const { size, version, md5 } = opened;
  const first = await readHead(rest, request.headBytes);
  await request.check({ head: first, size, kept: 0 });
  progress.known = { size, version, md5 };
  await file.restart();
  if (md5 !== undefined) file.sum();
  await state.write(progress.known);
  await file.append(first);
}

/** Some servers ignore `If-Range`: that these are bytes of the same version is seen from the answer itself. */
async function goOn({ file, request, progress }: Transfer, opened: OpenedRange): Promise<void> {
  const { size, version } = progress.known ?? {};
  const isAsLong = size === undefined || opened.size === undefined || size === opened.size;
  if (!isAsLong || version !== opened.version) {
    progress.known = undefined;
    throw new Failure('SourceUnavailable', 'the image was replaced while it was fetched');
  }
  await request.check({ head: await file.head(request.headBytes), size: opened.size, kept: file.size });
}

async function pump(
  { file, request }: Transfer,
  size: number | undefined,
  rest: AsyncIterator<Uint8Array>,
): Promise<void> {
  request.onTransfer(file.size, size);
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) {
    await file.append(next.value);
    request.onTransfer(file.size, size);
  }
}

async function checkWhole(transfer: Transfer, size: number | undefined): Promise<void> {
  const { file, source, progress, request } = transfer;
  if (size !== undefined && file.size < size) {
    const sizes = `${String(file.size)} of ${String(size)} bytes`;
    throw new Failure('SourceUnavailable', `${source.place} ended after ${sizes}`);
  }
  try {
    await request.check({ head: await file.head(request.headBytes), size: file.size, kept: file.size });
  } catch (error) {
    if (error instanceof Failure && error.reason === 'SourceCorrupt') await file.restart();
    throw error;
  }
  progress.isWhole = true;
}

/** The first bytes, as they came: at least so many, or all that there are. */
async function readHead(rest: AsyncIterator<Uint8Array>, bytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  while (size < bytes) {
    const next = await rest.next();
    if (next.done === true) break;
    chunks.push(Buffer.from(next.value));
    size += next.value.byteLength;
  }
  return Buffer.concat(chunks);
}
