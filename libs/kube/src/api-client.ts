// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** One call of the API server. */
export interface ApiCall {
  readonly method: 'GET' | 'PATCH' | 'POST';
  /** With the query. */
  readonly path: string;
  /** The media type of the body; plain JSON when left out. */
  readonly contentType?: string;
  readonly body?: unknown;
}

/** What the API server answered, whatever it was. */
export interface ApiAnswer {
  readonly status: number;
  /** When the server wants to be asked again, in milliseconds. */
  readonly retryAfterMs: number | undefined;
  readonly text: string;
}

/** Speaks to the API server; does not retry. */
export interface ApiClient {
  /** @throws ApiRefusal when there is no answer, or the signal's reason */
  call(call: ApiCall, signal: AbortSignal): Promise<ApiAnswer>;
  close(): Promise<void>;
}
