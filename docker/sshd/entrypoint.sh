#!/bin/sh
# (C) Copyright 2026 Hewlett Packard Enterprise Development LP
# SPDX-License-Identifier: MIT

# /entrypoint.sh [PARENT]: the path by which the sshd container has always been started.
# tini reaps what users leave behind, which Node would not.

export IMS_EXIT_CODES="${IMS_EXIT_CODES:-drop-in}"
parent=${1:-${IMAGE_ROOT_PARENT:-/mnt/image}}

# What the agent is told when the program itself cannot be executed; either agent takes it away as an earlier job's until
# it has posted `ready`.
release() {
  tmp=$parent/image-root/tmp
  for file in "$parent/failed" "$parent/exiting"; do
    rm -f "$file" && printf 'failed\nPlatformUnavailable\n%s\n' "$why" > "$file"
  done
  if [ "${SSH_JAIL:-}" = True ] && [ -d "$tmp" ] && [ ! -L "$tmp" ] && [ ! -L "$parent/image-root" ]; then
    rm -f "$tmp/failed" && cp "$parent/failed" "$tmp/failed"
  fi
}

last_words() {
  [ "$1" -ne 0 ] && [ -d "$parent" ] || return 0
  why="the program of the sshd container cannot be executed (exit code $1); its image is broken"
  echo "$why" >&2
  release
  waited=0
  until [ -e "$parent/ready" ] || [ "$waited" -ge "${IMS_PEER_TIMEOUT:-600}" ]; do
    sleep 1
    waited=$((waited + 1))
  done
  release
}

trap 'last_words $?' EXIT
# bash would leave without it.
shopt -s execfail 2> /dev/null
# tini would have taken this place before it knew.
command -v ims-sshd > /dev/null || exit 127
exec tini -s -- ims-sshd run "$@"
