// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** Reads bytes one piece after the other from a stream of chunks, and at most so many in all. */
export class ByteReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Buffer = Buffer.alloc(0);
  #left: number;

  /** @param limit bytes that are read in all; then the reader ends with a RangeError */
  constructor(chunks: AsyncIterable<Uint8Array>, limit: number) {
    this.#chunks = chunks[Symbol.asyncIterator]();
    this.#left = limit;
  }

  /** The next bytes without taking them; fewer at the end. */
  async peek(length: number): Promise<Buffer> {
    while (this.#rest.length < length && (await this.#more()));
    return this.#rest.subarray(0, length);
  }

  /** The next bytes. @throws RangeError when there are not so many */
  async take(length: number): Promise<Buffer> {
    const bytes = await this.peek(length);
    if (bytes.length < length) throw new RangeError('the data ends too early');
    this.#rest = this.#rest.subarray(length);
    return bytes;
  }

  /** Passes over bytes. @throws RangeError when there are not so many */
  async skip(length: number): Promise<void> {
    let left = length;
    while (left > this.#rest.length) {
      left -= this.#rest.length;
      this.#rest = Buffer.alloc(0);
      if (!(await this.#more())) throw new RangeError('the data ends too early');
    }
    this.#rest = this.#rest.subarray(left);
  }

  /** Passes over zeros; false when nothing follows them. */
  async skipZeros(): Promise<boolean> {
    for (;;) {
      const at = this.#rest.findIndex((byte) => byte !== 0);
      if (at !== -1) {
        this.#rest = this.#rest.subarray(at);
        return true;
      }
      this.#rest = Buffer.alloc(0);
      if (!(await this.#more())) return false;
    }
  }

  /** All that follows. */
  async *remaining(): AsyncGenerator<Uint8Array, void> {
    while (this.#rest.length > 0 || (await this.#more())) {
      const chunk = this.#rest;
      this.#rest = Buffer.alloc(0);
      yield chunk;
    }
  }

  /** Ends the stream that is read. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  async #more(): Promise<boolean> {
    const next = await this.#chunks.next();
    if (next.done === true) return false;
    this.#left -= next.value.length;
    if (this.#left < 0) throw new RangeError('there is more data than is looked at');
    this.#rest = this.#rest.length === 0 ? viewOf(next.value) : Buffer.concat([this.#rest, next.value]);
    return true;
  }
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
