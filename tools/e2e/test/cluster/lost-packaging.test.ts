// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { describeLosses } from './lost-column.ts';

describeLosses('Packaging');
