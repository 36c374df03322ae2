#!/bin/sh
# (C) Copyright 2026 Hewlett Packard Enterprise Development LP
# SPDX-License-Identifier: MIT

# /scripts/prep-env.sh DIR URL: the stage that fetches the image root before the shell opens.
# No tini: it would show the presigned address in the process list until the end, ims-agent takes it out at once.

export IMS_EXIT_CODES="${IMS_EXIT_CODES:-drop-in}"
. "${0%/*}/last-words.sh"
trap 'last_words $? "${1:-/mnt/image}"' EXIT
# bash would leave without it.
shopt -s execfail 2> /dev/null
exec ims-agent prepare "$@"
