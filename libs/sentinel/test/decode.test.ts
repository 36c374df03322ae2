// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { TOKENS } from '@ims/contract';
import { decodeSentinel, encodeSentinel, noteWith, SENTINEL_LIMIT } from '../src/index.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const token = fc.constantFrom(...TOKENS);
/** Messages as our programs write them: no control characters, no blank end. */
const message = fc
  .string({ unit: 'grapheme', maxLength: 200 })
  // eslint-disable-next-line no-control-regex -- they are what is left out
  .map((text) => text.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]|\uFEFF/g, '').trimEnd());

describe('decoding', () => {
  it('never throws and keeps at most the limit, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 6000 }), (input) => {
        const sentinel = decodeSentinel(input);
        expect(sentinel.kind).toBe('present');
        const text = sentinel.content === 'unrecognised' ? sentinel.text : '';
        expect(text.length).toBeLessThanOrEqual(SENTINEL_LIMIT);
        // eslint-disable-next-line no-control-regex -- a terminal would obey them
        expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
      }),
    );
  });

  it('gives back every note that was encoded', () => {
    fc.assert(
      fc.property(token, message, (word, text) => {
        const decoded = decodeSentinel(encodeSentinel(noteWith(word, text)));
        expect(decoded).toEqual({ kind: 'present', content: 'note', note: { token: word, message: text } });
      }),
    );
  });

  it('takes a note for one only when its first line is a token', () => {
    fc.assert(
      fc.property(token, fc.string({ minLength: 1 }), (word, text) => {
        fc.pre(text.trim() !== '');
        const decoded = decodeSentinel(bytes(`${word}${text.trim()}x`));
        expect(decoded.content).toBe(
          (TOKENS as readonly string[]).includes(`${word}${text.trim()}x`) ? 'note' : decoded.content,
        );
        expect(decodeSentinel(bytes(`x${word}\n`)).content).toBe('unrecognised');
      }),
    );
  });

  it.each([
    ['nothing', ''],
    ['a line end, as echo makes it', '\n'],
    ['blanks', ' \r\n\t '],
  ])('takes %s for an empty flag', (_what, text) => {
    expect(decodeSentinel(bytes(text))).toEqual({ kind: 'present', content: 'empty' });
  });

  it('takes a person’s words as they are', () => {
    expect(decodeSentinel(bytes('the RPM ist kaputt: grün\n'))).toEqual({
      kind: 'present',
      content: 'unrecognised',
      text: 'the RPM ist kaputt: grün\n',
    });
  });

  it('understands tokens with foreign line ends', () => {
    expect(decodeSentinel(bytes('failed\r\nwhy\r\n'))).toMatchObject({ note: { token: 'failed', message: 'why' } });
  });

  it('tolerates what is not UTF-8', () => {
    const decoded = decodeSentinel(Uint8Array.of(0xff, 0x41, 0xc3));
    expect(decoded).toEqual({ kind: 'present', content: 'unrecognised', text: '\uFFFDA\uFFFD' });
  });

  it('cuts a long text between two characters', () => {
    for (const shift of ['', 'a', 'ab', 'abc']) {
      const decoded = decodeSentinel(bytes(shift + '🜂'.repeat(3000)));
      const text = decoded.content === 'unrecognised' ? decoded.text : '';
      expect(text).not.toContain('\uFFFD');
      expect(bytes(text).length).toBeGreaterThan(SENTINEL_LIMIT - 4);
    }
  });
});

describe('encoding', () => {
  it('without a note gives an empty file, as the reference makes it', () => {
    expect(encodeSentinel()).toHaveLength(0);
  });

  it('never exceeds what is read, and cuts between two characters', () => {
    fc.assert(
      fc.property(fc.nat(3), (shift) => {
        const encoded = encodeSentinel(noteWith('failed', 'a'.repeat(shift) + 'é🜂'.repeat(2000)));
        expect(encoded.length).toBeLessThanOrEqual(SENTINEL_LIMIT);
        expect(() => new TextDecoder('utf-8', { fatal: true }).decode(encoded)).not.toThrow();
      }),
    );
  });
});
