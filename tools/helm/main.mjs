// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

// node tools/helm/main.mjs [--find]
//
// Prints where helm and kubectl are, as JSON; fetches them first unless they are there or are only to be found.

import { fetchClients, planClients } from './helm.mjs';

process.exitCode = main(process.argv[2] === '--find');

/** @param {boolean} onlyFind */
function main(onlyFind) {
  const plan = planClients();
  if ('problem' in plan) return refuse(plan.problem);
  if (!plan.isThere && onlyFind) return refuse('helm is not fetched yet: node tools/helm/main.mjs');
  const failure = plan.isThere ? undefined : fetchClients(plan.directory);
  if (failure !== undefined) return refuse(failure);
  process.stdout.write(`${JSON.stringify(plan.clients)}\n`);
  return 0;
}

/** @param {string} problem */
function refuse(problem) {
  process.stderr.write(`${problem}\n`);
  return 2;
}
