// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { VERSION } from '@ims/contract';
import { createHttp, readTrust, type Http } from '@ims/http';
import {
  createImsClient,
  createImsRegistry,
  createImsReporter,
  createTokenSource,
  openOutbox,
  readOauthConfig,
  refusePlainHttp,
  type ImsClient,
  type OauthConfig,
  type Outbox,
  type OutboxState,
} from '@ims/ims-api';
import type { ImageRegistry, Reporter } from '@ims/export';
import { BACKOFF, type RetryPolicy } from '@ims/retry';
import type { Logger } from '@ims/runtime';

import type { ImsValues } from './ims-names.ts';

/** IMS as one job sees it. */
export interface Ims extends AsyncDisposable {
  readonly registry: ImageRegistry;
  readonly reporter: Reporter;
  readonly outbox: Outbox;
}

/** What is shared by all that is opened for IMS. */
export interface ImsTools {
  /** The directory of the outbox. */
  readonly directory: string;
  readonly logger: Logger;
  /** Aborted by SIGTERM. */
  readonly signal: AbortSignal;
  /** Called whenever IMS has taken a call or one more waits. */
  readonly onDelivered: (delivered: { readonly status: string | undefined; readonly pending: number }) => void;
}

/** How long the end of an interrupted job waits for IMS, in milliseconds: it has to fit into the grace period. */
const INTERRUPTED_BOUND_MS = 10_000;

/** How long a token server that does not answer is asked again within one call at most, in milliseconds. */
const TOKEN_BUDGET_MS = 30_000;

/**
 * Opens IMS: what an earlier start could not tell is told from now on.
 *
 * @throws Failure ConfigurationInvalid for an OAuth or CA file that is missing, and for plain HTTP that nobody allowed
 */
export async function openIms(values: ImsValues, tools: ImsTools): Promise<Ims> {
  const { logger, signal } = tools;
  await using opening = new AsyncDisposableStack();
  const http = createHttp({
    trust: await readTrust({ verify: true, caFiles: [values.CA_CERT] }),
    userAgent: `ims-agent/${VERSION}`,
  });
  opening.defer(async () => await http.close());
  const client = await openClient(values, http, logger);
  const boundMs = values.IMS_OUTBOX_TIMEOUT * 1000;
  const retry: RetryPolicy = { ...BACKOFF, budgetMs: boundMs };
  const path = `${tools.directory}/outbox.json`;
  const onChange = ({ accepted, pending }: OutboxState): void =>
    tools.onDelivered({ status: accepted, pending: pending.length });
  const outbox = await openOutbox({
    ...{ path, jobId: values.IMS_JOB_ID, client, retry, logger, onChange },
    podUid: values.IMS_POD_UID,
  });
  opening.defer(async () => await outbox.close());
  const opened = opening.move();
  return {
    outbox,
    registry: createImsRegistry({ outbox, arch: values.BUILD_ARCH, boundMs, retry, logger }),
    reporter: createImsReporter({
      outbox,
      boundMs,
      interruptedBoundMs: INTERRUPTED_BOUND_MS,
      signal,
      resumedLater: values.IMS_RESUMED_LATER,
      backoffLimit: values.IMS_BACKOFF_LIMIT,
      logger,
    }),
    [Symbol.asyncDispose]: async () => await opened.disposeAsync(),
  };
}

async function openClient(values: ImsValues, http: Http, logger: Logger): Promise<ImsClient> {
  const read = async (): Promise<OauthConfig> => await readOauth(values);
  const addresses = { IMS: values.IMS_URL, 'the token server': (await read()).endpoint };
  const allowPlain = values.OAUTHLIB_INSECURE_TRANSPORT !== undefined;
  refusePlainHttp(addresses, { allowPlain });
  if (allowPlain) {
    logger.warn({}, 'OAUTHLIB_INSECURE_TRANSPORT lets secrets and tokens go to IMS and its token server without TLS');
  }
  const deadlineMs = values.IMS_CALL_TIMEOUT * 1000;
  // Well within the bound of a call: whoever waits in vain has to know that it was the token (H14).
  const retry = { ...BACKOFF, budgetMs: Math.min(TOKEN_BUDGET_MS, values.IMS_OUTBOX_TIMEOUT * 500) };
  const tokens = createTokenSource({ http, config: read, deadlineMs, retry, logger });
  return createImsClient({ http, url: values.IMS_URL, tokens, deadlineMs });
}

async function readOauth(values: ImsValues): Promise<OauthConfig> {
  return await readOauthConfig({
    directory: values.OAUTH_CONFIG_DIR,
    overrides: {
      endpoint: values.OAUTH_CLIENT_ENDPOINT,
      clientId: values.OAUTH_CLIENT_ID,
      clientSecret: values.OAUTH_CLIENT_SECRET,
    },
  });
}
