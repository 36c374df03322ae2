// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

// node tools/object-store/main.mjs [--find]
//
// Prints where the S3 server of the tests is; builds it first unless it is built already or is only to be found.

import { buildServer, planServer } from './versitygw.mjs';

process.exitCode = main(process.argv[2] === '--find');

/** @param {boolean} onlyFind */
function main(onlyFind) {
  const plan = planServer();
  if ('problem' in plan) return refuse(plan.problem);
  if (!plan.isBuilt && onlyFind) return refuse('the S3 server is not built yet: node tools/object-store/main.mjs');
  const failure = plan.isBuilt ? undefined : buildServer(plan.go, plan.path);
  if (failure !== undefined) return refuse(failure);
  process.stdout.write(`${plan.path}\n`);
  return 0;
}

/** @param {string} problem */
function refuse(problem) {
  process.stderr.write(`${problem}\n`);
  return 2;
}
