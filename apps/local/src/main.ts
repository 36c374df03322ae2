#!/usr/bin/env node
// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { endProcess } from '@ims/cli';

import { run } from './cli.ts';
import { readWorld } from './config.ts';

await endProcess(process, await run(readWorld(import.meta.filename)));
