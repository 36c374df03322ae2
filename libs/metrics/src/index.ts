// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

export { createMetrics, type Metrics, type MetricsOptions } from './metrics.ts';
