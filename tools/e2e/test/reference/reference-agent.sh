#!/bin/sh
# (C) Copyright 2026 Hewlett Packard Enterprise Development LP
# SPDX-License-Identifier: MIT
#
# Stands in for a companion container that is not ours, written from docs/reference-pair.md, reference §1: empty flag files, polls,
# no heartbeat, no private directory.
#
# usage: reference-agent.sh PARENT
#   IMAGE_ROOT_ARCHIVE_NAME, SSH_JAIL, KERNEL_FILENAME, INITRD_FILENAME   as in reference §2
#   CONFIG_DIR, AUTHORIZED_KEYS, CA_DIR, RESOLV_CONF                      what a pod mounts
#   SSH_PORT, SSH_LISTEN, HOST_KEY_DIR                                    what differs when a machine has many doors
#   POLL_SECONDS                                                          5 when left out
set -eu

parent=$1
root=$parent/image-root
config=${CONFIG_DIR:-/etc/cray/ims}
poll=${POLL_SECONDS:-5}

flags=$parent
if [ "${SSH_JAIL:-False}" = True ]; then
  flags=$root/tmp
fi

# Reference §5: before the shell.
mkdir -p "$root/etc/cray"
cp -r "${CA_DIR:-/etc/cray/ca}" "$root/etc/cray/ca"

mkdir -p "$root/tmp"
if [ -f "$root/etc/resolv.conf" ] || [ -L "$root/etc/resolv.conf" ]; then
  mv "$root/etc/resolv.conf" "$root/tmp/resolv.conf"
fi
cp --remove-destination "${RESOLV_CONF:-/etc/resolv.conf}" "$root/etc/resolv.conf"

# Reference §4.1.
{
  echo "Port ${SSH_PORT:-22}"
  if [ -n "${SSH_LISTEN:-}" ]; then
    echo "ListenAddress $SSH_LISTEN"
  fi
  if [ -n "${HOST_KEY_DIR:-}" ]; then
    for type in rsa ecdsa ed25519; do
      echo "HostKey $HOST_KEY_DIR/ssh_host_${type}_key"
    done
    echo "PidFile $config/sshd.pid"
  fi
  echo 'LogLevel INFO'
  echo 'PermitRootLogin yes'
  echo 'PubkeyAuthentication yes'
  echo "AuthorizedKeysFile $config/authorized_keys"
  echo 'PasswordAuthentication no'
  echo 'ChallengeResponseAuthentication no'
  echo 'Subsystem sftp internal-sftp'
} > "$config/sshd_config"
cp "${AUTHORIZED_KEYS:-/etc/cray/authorized_keys}" "$config/authorized_keys"
chmod 600 "$config"

rm -f "$flags/complete" "$flags/failed" "$parent/exiting"
touch "$parent/ready"
echo 'the shell may open'

until [ -f "$parent/exiting" ]; do
  sleep "$poll"
done
rm -f "$parent/exiting" "$flags/complete"

# Reference §5: fatal when the user has removed it.
rm "$root/etc/resolv.conf"
if [ -f "$root/tmp/resolv.conf" ] || [ -L "$root/tmp/resolv.conf" ]; then
  mv "$root/tmp/resolv.conf" "$root/etc/resolv.conf"
fi

if [ -f "$flags/failed" ]; then
  echo 'outcome error: marked as failed'
  exit 0
fi

for file in "${KERNEL_FILENAME:-vmlinuz}" "${INITRD_FILENAME:-initrd}"; do
  if [ ! -f "$root/boot/$file" ]; then
    echo "outcome error: no $file"
    exit 1
  fi
done
mksquashfs "$root" "$parent/$IMAGE_ROOT_ARCHIVE_NAME.sqsh" -no-progress > /dev/null
echo "outcome success: $parent/$IMAGE_ROOT_ARCHIVE_NAME.sqsh"
