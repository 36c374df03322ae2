// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { expect, it } from 'vitest';

import { Headers as OurHeaders, Response as OurResponse } from '../src/fetch-classes.ts';

const GIVEN = { 'Retry-After': '5', Date: 'Mon, 30 Nov 2026 15:00:00 GMT' };

it.each([
  { of: 'Node', response: new Response('{}', { status: 429, headers: GIVEN }), Headers },
  { of: 'the bundle', response: new OurResponse('{}', { status: 429, headers: GIVEN }), Headers: OurHeaders },
])('headers of $of are read one by one, all at once, and into others', ({ response: { headers }, Headers: Kind }) => {
  expect(headers.get('retry-after')).toBe('5');
  expect(Object.fromEntries(headers)).toMatchObject({ 'retry-after': '5', date: GIVEN.Date });
  expect(new Kind(Object.fromEntries(headers.entries())).has('DATE')).toBe(true);
});
