#!/bin/sh
# (C) Copyright 2026 Hewlett Packard Enterprise Development LP
# SPDX-License-Identifier: MIT

# /entrypoint.sh [PARENT]: the path by which the sshd container has always been started.
# tini reaps what users leave behind, which Node would not.

export IMS_EXIT_CODES="${IMS_EXIT_CODES:-drop-in}"
exec tini -s -- ims-sshd run "$@"
