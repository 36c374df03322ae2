// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

// node tools/nodes/main.mjs [--find]
//
// Prints where the Nodes of other people are, by their version, as JSON; fetches them first unless they are only to be
// found.

import { fetchNodes, planNodes } from './nodes.mjs';

process.exitCode = main(process.argv[2] === '--find');

/** @param {boolean} onlyFind */
function main(onlyFind) {
  const planned = planNodes();
  const isMissing = planned.some(({ isThere }) => !isThere);
  const problem = onlyFind && isMissing ? 'they are not fetched yet: node tools/nodes/main.mjs' : fetchNodes(planned);
  if (problem !== undefined) {
    process.stderr.write(`${problem}\n`);
    return 2;
  }
  process.stdout.write(`${JSON.stringify(Object.fromEntries(planned.map(({ version, file }) => [version, file])))}\n`);
  return 0;
}
