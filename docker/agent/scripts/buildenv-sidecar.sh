#!/bin/sh
# (C) Copyright 2026 Hewlett Packard Enterprise Development LP
# SPDX-License-Identifier: MIT

# /scripts/buildenv-sidecar.sh DIR: the companion of the sshd container.

export IMS_EXIT_CODES="${IMS_EXIT_CODES:-drop-in}"
. "${0%/*}/last-words.sh"
trap 'last_words $? "${1:-/mnt/image}"' EXIT
# bash would leave without it.
shopt -s execfail 2> /dev/null
# tini would have taken this place before it knew.
command -v ims-agent > /dev/null || exit 127
exec tini -s -- ims-agent run "$@"
