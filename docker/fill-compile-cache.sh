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
export IMS_PEER_TIMEOUT=1 IMS_OUTBOX_TIMEOUT=1 IMS_TERMINATION_LOG=/tmp/last-words
export SSHD_OPTIONS='-E /etc/cray/ims/sshd.log -f /etc/cray/ims/sshd_config'

# A cluster that does not answer, so that what speaks to one is compiled, too.
export IMS_SERVICE_ACCOUNT_DIR=/tmp/account KUBERNETES_SERVICE_HOST=127.0.0.1 KUBERNETES_SERVICE_PORT=9
mkdir -p $IMS_SERVICE_ACCOUNT_DIR
cp /etc/ssl/certs/ISRG_Root_X1.pem $IMS_SERVICE_ACCOUNT_DIR/ca.crt
printf ims >$IMS_SERVICE_ACCOUNT_DIR/namespace
printf none >$IMS_SERVICE_ACCOUNT_DIR/token

# What speaks to S3, IMS and tokens as well: it is asked before the shell opens.
env -u NODE_COMPILE_CACHE node "$(dirname "$0")/answer-calls.mjs" /tmp/address &
answering=$!
trap 'kill $answering' EXIT
until [ -s /tmp/address ]; do sleep 0.1; done
address=$(cat /tmp/address)
export S3_ENDPOINT=$address S3_BUCKET=images S3_ACCESS_KEY=none S3_SECRET_KEY=none
export IMS_URL=$address/ims OAUTHLIB_INSECURE_TRANSPORT=1
export OAUTH_CLIENT_ENDPOINT=$address/token OAUTH_CLIENT_ID=none OAUTH_CLIENT_SECRET=none

# One run, for Node keeps what the first one compiled. It ends with an error, since nobody joins.
timeout 60 "$program" run --output json || true

if [ -z "$(find "$NODE_COMPILE_CACHE" -type f)" ]; then
  echo "$program has left no compiled code in $NODE_COMPILE_CACHE" >&2
  exit 1
fi
