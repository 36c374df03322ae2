// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { openS3Object } from '@ims/artifacts';
import { fileSource, httpSource, objectSource, type RangeSource } from '@ims/download';
import { createHttp } from '@ims/http';
import { systemClock, type Logger } from '@ims/runtime';
import { VERSION } from '@ims/contract';

import { s3SettingsOf } from '../s3-settings.ts';
import { readStoreTrust } from '../store-trust.ts';
import type { PrepareConfig, SourceAddress } from './config.ts';

/** A source, and how it is closed. */
export interface OpenedSource extends AsyncDisposable {
  readonly source: RangeSource;
}

/** What every source is reached with. */
interface Reach {
  readonly config: PrepareConfig;
  readonly logger: Logger;
}

type Open<K extends SourceAddress['kind']> = (
  address: Extract<SourceAddress, { kind: K }>,
  reach: Reach,
) => Promise<OpenedSource>;

/** Opens where the image comes from; nothing is fetched yet. */
export async function openSource(reach: Reach): Promise<OpenedSource> {
  const address = reach.config.source;
  switch (address.kind) {
    case 'http':
      return await openHttp(address, reach);
    case 'file':
      return { source: fileSource(address.path), [Symbol.asyncDispose]: nothing };
    case 's3':
      return await openS3(address, reach);
  }
}

const openHttp: Open<'http'> = async ({ url, tls }, { config, logger }) => {
  if (url.protocol === 'https:' && tls.unverifiedBy !== undefined) {
    const message = `${tls.unverifiedBy} is false: the certificate of ${url.host} is not checked`;
    logger.warn({ host: url.host }, `${message}, and anybody on the network can pose as it`);
  }
  const http = createHttp({ trust: await readStoreTrust(tls, config.values), userAgent: `ims-agent/${VERSION}` });
  const stallMs = config.values.IMS_STALL_TIMEOUT * 1000;
  return {
    source: httpSource({ http, url, stallMs, clock: systemClock }),
    [Symbol.asyncDispose]: async () => {
      await http.close();
    },
  };
};

const openS3: Open<'s3'> = async ({ address, access }, { config, logger }) => {
  const settings = await s3SettingsOf(access, config.values, logger);
  const source = objectSource({
    address,
    open: async (signal) => await openS3Object({ settings, address, signal, logger }),
  });
  return { source, [Symbol.asyncDispose]: nothing };
};

async function nothing(): Promise<void> {
  // Nothing is held open.
}
