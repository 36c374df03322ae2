#!/usr/bin/env -S node --no-opt --no-maglev --max-semi-space-size=1 --v8-pool-size=0
// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

// The flags above: this program waits for days and computes nothing. Machine code for what runs often, room for many
// short-lived objects and threads of V8's own would cost it several megabytes and save it nothing.
import { runProcess } from '@ims/cli';

import { run } from './cli.ts';

await runProcess(process, run);
