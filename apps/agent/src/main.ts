#!/usr/bin/env -S node --max-semi-space-size=1 --v8-pool-size=0
// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

// The flags above save memory. What takes processors here, sums and transfers, is Node's own machine code.
import './prepare/hide-address.ts';

import { runProcess } from '@ims/cli';

import { run } from './cli.ts';

await runProcess(process, run);
