// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

module ims.hpe.com/cluster/pause

go 1.24.0
