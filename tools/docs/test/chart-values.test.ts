// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { describe, expect, it } from 'vitest';

import { chartPage } from '../src/chart-page.ts';
import { chartSections } from '../src/chart-values.ts';

describe('the values of a chart', () => {
  it('are read with their paths, defaults and comments', () => {
    const yaml =
      '# The claim.\nclaim:\n  # Its size,\n  # in bytes.\n  size: 1Gi\n\n# Some name.\nname: x\n# Other.\nb: []\n';
    expect(chartSections(yaml)).toEqual([
      {
        name: 'claim',
        meaning: 'The claim.',
        values: [{ path: 'claim.size', fallback: '1Gi', meaning: 'Its size, in bytes.' }],
      },
      {
        name: '',
        meaning: '',
        values: [
          { path: 'name', fallback: 'x', meaning: 'Some name.' },
          { path: 'b', fallback: '[]', meaning: 'Other.' },
        ],
      },
    ]);
  });

  it('need no words of their own below a heading that has some, at any depth', () => {
    const values = chartSections('# All.\na:\n  b:\n    c: 1\n  d: 2\n')[0]?.values.map(({ path }) => path);
    expect(values).toEqual(['a.b.c', 'a.d']);
  });

  it('that nobody explains are refused', () => {
    expect(() => chartSections('a:\n  b: 1\n')).toThrow('no comment says what a.b means');
  });

  it('that are written in another way are refused with the line', () => {
    expect(() => chartSections('# A list.\na:\n  - 1\n')).toThrow('a line that is no key:   - 1');
  });

  it('all stand on the page of the chart', () => {
    expect(chartPage('ims-job', '# The name.\nname: x\n')).toContain('| `name` | `x` | The name. |');
  });
});
