// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** Version of the pair, as `--version`, the heartbeats and the annotations show it; a test holds it to package.json. */
export const VERSION = '1.0.0';
