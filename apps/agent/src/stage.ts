// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Finding, Stage } from '@ims/export';
import {
  clearStaleFlags,
  copyCertificates,
  refuseLocked,
  removeAdditions,
  restore,
  saveAndInstall,
  secureJail,
  tightenImageDirectory,
  type ImageRoot,
} from '@ims/image-root';
import { bannerAnswers, createPresence, readKeys, writeDoorFiles } from '@ims/openssh';
import { Failure, type Logger, type Runner } from '@ims/runtime';

import type { AgentConfig } from './config.ts';

/** What the stage works with. */
export interface StageOptions {
  readonly config: AgentConfig;
  /** Opens the image root; it need not be there before the stage needs it. */
  readonly root: () => Promise<ImageRoot>;
  readonly runner: Runner;
  readonly logger: Logger;
}

/** Prepares the image root and the shell's files, and takes back from the image what was only for the shell. */
export function jobStage(options: StageOptions): Stage {
  const { config, root, logger } = options;
  const { values } = config;
  const server = { host: values.IMS_SSH_LISTEN ?? '127.0.0.1', port: values.IMS_SSH_PORT };
  const presence = createPresence(server);
  return {
    check: async () => {
      await readKeys(values.IMS_AUTHORIZED_KEYS);
    },
    injectCertificates: async () => {
      const { written, removed, notes } = await copyCertificates({ root: await root(), from: values.IMS_CA_DIR });
      logger.info({ written, removed }, notes.join('; ') || 'the CA is in the image');
    },
    clearStaleFlags: async () => {
      // A failed build may not have left an image root at all.
      if (values.IMS_ACTION !== 'customize') return;
      const [problem] = await clearFlags(await root(), logger);
      if (problem !== undefined) throw new Failure(problem.reason, problem.message);
    },
    setUp: async () => {
      if (values.IMS_ACTION === 'customize') await setUpImage(options, await root());
      await writeDoorFiles({
        directory: values.IMS_CONFIG_DIR,
        authorizedKeysSource: values.IMS_AUTHORIZED_KEYS,
        settings: {
          port: values.IMS_SSH_PORT,
          listenAddress: values.IMS_SSH_LISTEN,
          hostKeyDirectory: values.IMS_HOST_KEY_DIR,
          pidFile: `${values.IMS_CONFIG_DIR}/sshd.pid`,
        },
        logger,
      });
    },
    restore: async () => {
      if (values.IMS_ACTION === 'customize') await restoreImage(options, await root());
      const { tightened, note } = await tightenImageDirectory(await root());
      if (tightened > 0 || note !== undefined)
        logger.info({ tightened }, note ?? '/image in the image is for root alone');
    },
    bannerAnswers: async (signal) => await bannerAnswers({ ...server, signal }),
    sshIsThere: async (signal) => await presence.isThere(signal),
  };
}

async function setUpImage({ config, runner, logger }: StageOptions, root: ImageRoot): Promise<void> {
  const { layout, values } = config;
  await refuseLocked(root);
  const { message } = await saveAndInstall({ root, savedIn: layout.private, podResolvConf: values.IMS_RESOLV_CONF });
  logger.info({}, message);
  if (!layout.jailed) return;
  await secureJail(root, {
    parent: layout.parent,
    savedIn: layout.private,
    runner,
    logger,
    devices: 'left to sshd',
  });
}

async function restoreImage({ config, logger }: StageOptions, root: ImageRoot): Promise<void> {
  const { message } = await restore({ root, savedIn: config.layout.private });
  logger.info({}, message);
  const removed = await removeAdditions({ root, savedIn: config.layout.private });
  if (removed.length > 0) logger.info({ removed }, 'removed from the image what was added for its shell');
  // A directory of that name was made by the user, is no flag and is published as it stands.
  for (const { message } of await clearFlags(root, logger)) logger.warn({}, message);
}

async function clearFlags(root: ImageRoot, logger: Logger): Promise<readonly Finding[]> {
  const { removed, problems } = await clearStaleFlags(root);
  if (removed.length > 0) logger.info({ removed }, 'flags were removed from the image');
  return problems;
}
