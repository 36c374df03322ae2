#!/bin/sh
# (C) Copyright 2026 Hewlett Packard Enterprise Development LP
# SPDX-License-Identifier: MIT

# /scripts/buildenv-sidecar.sh DIR: the companion of the sshd container.

export IMS_EXIT_CODES="${IMS_EXIT_CODES:-drop-in}"
exec tini -s -- ims-agent run "$@"
