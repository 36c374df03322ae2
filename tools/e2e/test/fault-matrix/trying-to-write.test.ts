// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { describeColumn } from './column.ts';
import { STEPS } from './steps.ts';

describeColumn({ step: STEPS.probe });
