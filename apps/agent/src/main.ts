#!/usr/bin/env node
// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import './prepare/hide-address.ts';

import { terminationOf } from '@ims/cli';

import { run } from './cli.ts';

const { argv, env, stdout } = process;
process.exitCode = await run({ argv, env, stdout, termination: terminationOf(process) });
