// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { describe, expect, it } from 'vitest';

import { Failure } from '@ims/runtime';
import { openLogger, textRenderer } from '../src/index.ts';

const screen = (
  isTTY: boolean,
): { stream: { write: (text: string) => void; isTTY: boolean; columns: number }; text: () => string } => {
  let text = '';
  return {
    stream: { write: (more: string) => void (text += more), isTTY, columns: 60 },
    text: () => text,
  };
};

const record = (fields: object): string =>
  JSON.stringify({ level: 'info', time: '2026-11-23T05:40:11.000Z', name: 'ims-agent', ...fields });

describe('text for people', () => {
  it('is one line with time, level, program, sentence and fields', () => {
    const { stream, text } = screen(false);
    textRenderer({ stream, color: false }).line(record({ msg: 'the shell is open', port: 2222 }));
    expect(text()).toMatch(/^\[\d\d:\d\d:\d\d\] INFO \(ims-agent\): the shell is open \{"port":2222\}\n$/);
  });

  it('shows an error with reason, advice and causes below the line', async () => {
    const { stream, text } = screen(false);
    const logger = await openLogger({ name: 'x', level: 'INFO', format: 'text', destination: stream });
    const cause = new Error('disk', { cause: new Error('cable') });
    logger.error({ err: new Failure('NoSpace', 'full', { advice: 'free some', cause }) }, 'packing failed');
    expect(text().split('\n').slice(1)).toEqual([
      '    NoSpace: full',
      '    → free some',
      '        Error: disk',
      '            Error: cable',
      '',
    ]);
  });

  it('is coloured when asked', () => {
    const { stream, text } = screen(true);
    textRenderer({ stream, color: true }).line(record({ msg: 'hello' }));
    expect(text()).toContain('\u001b[32mINFO');
  });

  it('passes on what is not JSON', () => {
    const { stream, text } = screen(false);
    const renderer = textRenderer({ stream, color: false });
    renderer.line('plain words\n');
    renderer.line('{not json');
    expect(text()).toBe('plain words\n{not json\n');
  });

  it('shows control characters of strangers instead of obeying them', () => {
    const { stream, text } = screen(false);
    const renderer = textRenderer({ stream, color: false });
    renderer.line(record({ msg: 'red \u001b[31m', user: '\u001b]0;title\u0007', err: { message: '\u001b[2J' } }));
    renderer.line('raw \u001b[2J');
    // eslint-disable-next-line no-control-regex -- they are what must not be there
    expect(text()).not.toMatch(/[\u0000-\u0008\u000b-\u001f]/);
    expect(text()).toContain('red \\u001b[31m');
  });
});

describe('progress', () => {
  const progress = (done: number, what = 'packing'): string =>
    record({ msg: what, progress: { done, total: 10, what } });

  it('is one bar on a terminal, taken away before the next line of text', () => {
    const { stream, text } = screen(true);
    const renderer = textRenderer({ stream, color: false });
    renderer.line(progress(3));
    const bar = text();
    expect(bar).toMatch(/packing \[=+-+\] 30 %/);
    renderer.line(record({ msg: 'something else' }));
    const between = text().slice(bar.length);
    expect(between.indexOf('\u001b[2K')).toBeGreaterThan(-1);
    expect(between.indexOf('something else')).toBeGreaterThan(between.lastIndexOf('\u001b[2K'));
    renderer.line(progress(6));
    expect(text()).toMatch(/60 %/);
    renderer.close();
  });

  it('fits into the width of the terminal', () => {
    const { stream, text } = screen(true);
    const renderer = textRenderer({ stream, color: false, columns: 30 });
    renderer.line(progress(5));
    renderer.close();
    const bar = /packing \[[=-]+\] 50 %/.exec(text())?.[0] ?? '';
    expect(bar.length).toBeGreaterThan(20);
    expect(bar.length).toBeLessThanOrEqual(30);
  });

  it('is text where there is no terminal', () => {
    const { stream, text } = screen(false);
    textRenderer({ stream, color: false }).line(progress(3));
    expect(text()).toContain('packing');
    expect(text()).not.toContain('[=');
  });

  it('leaves no timer behind when the renderer is closed or the step is done', async () => {
    const before = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const { stream } = screen(true);
    const renderer = textRenderer({ stream, color: false });
    renderer.line(progress(3));
    renderer.close();
    renderer.line(progress(10));
    renderer.line(progress(4, 'uploading'));
    renderer.close();
    await Promise.resolve();
    expect(process.getActiveResourcesInfo().filter((name) => name === 'Timeout')).toHaveLength(before);
  });

  it('of a kind that makes no sense is text', () => {
    const { stream, text } = screen(true);
    textRenderer({ stream, color: false }).line(record({ msg: 'odd', progress: { done: 1, total: 0 } }));
    expect(text()).toContain('odd');
  });
});
