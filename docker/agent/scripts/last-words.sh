#!/bin/sh
# (C) Copyright 2026 Hewlett Packard Enterprise Development LP
# SPDX-License-Identifier: MIT

# Read by the scripts beside it. What the other container and the pod are told when the program itself cannot be executed:
# nobody else would, and either sshd container would wait.

# last_words CODE PARENT: does nothing for 0.
last_words() {
  [ "$1" -ne 0 ] || return 0
  why="the program of this container cannot be executed (exit code $1); its image is broken"
  echo "$why" >&2
  for file in failed exiting ready; do
    rm -f "$2/$file" 2> /dev/null
    printf 'failed\nPlatformUnavailable\n%s\n' "$why" 2> /dev/null > "$2/$file"
  done
  tmp=$2/image-root/tmp
  if [ "${SSH_JAIL:-}" = True ] && [ -d "$tmp" ] && [ ! -L "$tmp" ] && [ ! -L "$2/image-root" ]; then
    rm -f "$tmp/failed" && cp "$2/failed" "$tmp/failed"
  fi
  log=${IMS_TERMINATION_LOG:-/dev/termination-log}
  if [ -f "$log" ]; then
    printf '{"phase":"Failed","reason":"PlatformUnavailable","message":"%s"}' "$why" > "$log"
  fi
}
