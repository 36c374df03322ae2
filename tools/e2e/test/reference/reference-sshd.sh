#!/bin/sh
# (C) Copyright 2026 Hewlett Packard Enterprise Development LP
# SPDX-License-Identifier: MIT
#
# Stands in for a sshd container that is not ours, written from docs/reference-pair.md, reference §1 and §4.2: empty flag files, polls,
# no heartbeat, no probe, no private directory.
#
# usage: reference-sshd.sh [PARENT]
#   IMS_JOB_ID, BUILD_ARCH, JOB_ENABLE_DKMS, SSH_JAIL, SSHD_OPTIONS, SSHD_CONFIG_FILE   as in reference §2
#   HOST_KEY_DIR                                                                        /etc/ssh when left out
#   POLL_SECONDS                                                                        5 when left out
set -u

parent=${1:-/mnt/image}
root=$parent/image-root
poll=${POLL_SECONDS:-5}

until [ -f "$parent/ready" ]; do
  sleep "$poll"
done

variables="IMS_JOB_ID=$IMS_JOB_ID IMS_ARCH=${BUILD_ARCH:-x86_64} IMS_DKMS_ENABLED=${JOB_ENABLE_DKMS:-False}"
echo "SetEnv $variables REMOTE_BUILD_NODE=" >> "$SSHD_CONFIG_FILE"

flags=$parent
if [ "${SSH_JAIL:-False}" = True ]; then
  flags=$root/tmp
  chmod 755 "$parent"
  chown root:root "$parent" "$root"
  printf 'Match User root\nChrootDirectory %s\n' "$root" >> "$SSHD_CONFIG_FILE"
fi
chown -R root:root "$(dirname "$SSHD_CONFIG_FILE")"

mkdir -p /run/sshd
if [ -n "${HOST_KEY_DIR:-}" ]; then
  mkdir -p "$HOST_KEY_DIR"
  for type in rsa ecdsa ed25519; do
    key=$HOST_KEY_DIR/ssh_host_${type}_key
    [ -f "$key" ] || ssh-keygen -q -t "$type" -N '' -f "$key"
  done
else
  ssh-keygen -A
fi

# Its options are words (reference §2).
# shellcheck disable=SC2086
/usr/sbin/sshd $SSHD_OPTIONS
echo 'the shell is open'

until [ -f "$flags/complete" ] || [ -f "$flags/failed" ]; do
  sleep "$poll"
done
if [ -f "$flags/failed" ]; then
  echo 'the user said failed'
else
  echo 'the user said complete'
fi
rm -f "$flags/complete"
touch "$parent/exiting"
exit 0
