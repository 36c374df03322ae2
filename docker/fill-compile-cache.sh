#!/bin/sh
# (C) Copyright 2026 Hewlett Packard Enterprise Development LP
# SPDX-License-Identifier: MIT

# fill-compile-cache.sh PROGRAM: lets a program begin a job that nobody joins, so that Node keeps what it compiled.

set -eu
program=$1

mkdir -p /mnt/image/image-root/tmp /etc/cray
ssh-keygen -q -t ed25519 -N '' -f /tmp/key
cp /tmp/key.pub /etc/cray/authorized_keys

export IMS_ACTION=customize IMS_JOB_ID=00000000-0000-4000-8000-000000000000 IMAGE_ROOT_ARCHIVE_NAME=image
export IMS_PEER_TIMEOUT=1 IMS_TERMINATION_LOG=/tmp/last-words
export SSHD_OPTIONS='-E /etc/cray/ims/sshd.log -f /etc/cray/ims/sshd_config'

"$program" --version
# It ends with an error, since nobody joins.
timeout 60 "$program" run --output json || true
timeout 60 "$program" run --output json || true

if [ -z "$(find "$NODE_COMPILE_CACHE" -type f)" ]; then
  echo "$program has left no compiled code in $NODE_COMPILE_CACHE" >&2
  exit 1
fi
