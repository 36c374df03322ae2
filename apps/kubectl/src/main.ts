#!/usr/bin/env node
// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { runProcess } from '@ims/cli';

import { run } from './cli.ts';

await runProcess(process, run);
