// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { verifyImage } from '@ims/artifacts';
import { openLogger } from '@ims/logging';

import { readReadingConfig } from '../config.ts';
import { s3SettingsOf } from '../s3-settings.ts';
import { environmentOf, print, type CommandRow } from './command.ts';

/** Reads a published image back. */
export const VERIFY: CommandRow = {
  name: 'verify',
  argument: ['<manifest>', 'path or s3:// address of the manifest.json of an image'],
  description: 'read a published image back as a whole and compare it with its manifest',
  example: 'ims-agent verify s3://boot-images/5f0c…/manifest.json',
  run: async (start, address = '', options) => {
    const { values, s3 } = readReadingConfig(environmentOf(start, options), address);
    const secrets = s3 === undefined ? [] : Object.values(s3.credentials);
    const logger = await openLogger({ name: 'ims-agent', level: values.LOG_LEVEL, format: options.output, secrets });
    const { signal } = start.termination;
    const settings = s3 === undefined ? {} : { s3: await s3SettingsOf(s3, values, logger) };
    const manifest = await verifyImage(address, { logger, signal, ...settings });
    print(start, options.output, {
      json: { manifest: address, verified: manifest.artifacts },
      rows: [
        ['manifest', address],
        ...manifest.artifacts.map(
          ({ link, size, sha256 }) => ['same', `${link.path}  ${String(size)} bytes  sha256 ${sha256}`] as const,
        ),
      ],
    });
    return 0;
  },
};
