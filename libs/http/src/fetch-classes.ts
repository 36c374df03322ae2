// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/**
 * What the OAuth2 library needs of the globals `Headers` and `Response`, which the build puts in their place: Node's
 * own bring in the whole of fetch by being named, for one form that is posted by other means.
 */
export class Headers {
  readonly #values: Map<string, string>;

  constructor(values: Readonly<Record<string, string>> = {}) {
    this.#values = new Map(Object.entries(values).map(([name, value]) => [name.toLowerCase(), value]));
  }

  get(name: string): string | null {
    return this.#values.get(name.toLowerCase()) ?? null;
  }

  has(name: string): boolean {
    return this.#values.has(name.toLowerCase());
  }

  set(name: string, value: string): void {
    this.#values.set(name.toLowerCase(), value);
  }

  entries(): Iterable<[string, string]> {
    return this.#values.entries();
  }

  [Symbol.iterator](): Iterator<[string, string]> {
    return this.#values.entries();
  }
}

/** A whole answer. Its body is text, read once. */
export class Response {
  readonly #text: string;
  readonly status: number;
  readonly headers: Headers;
  bodyUsed = false;

  constructor(text: string | null, answered: { status: number; headers: Readonly<Record<string, string>> }) {
    this.#text = text ?? '';
    this.status = answered.status;
    this.headers = new Headers(answered.headers);
  }

  async text(): Promise<string> {
    if (this.bodyUsed) throw new TypeError('the body has been read already');
    this.bodyUsed = true;
    return await Promise.resolve(this.#text);
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text()) as unknown;
  }

  clone(): Response {
    return new Response(this.#text, { status: this.status, headers: Object.fromEntries(this.headers.entries()) });
  }
}

/** Nobody here makes one; whoever asks is told so. */
export const Request = undefined;
