#!/bin/sh
# (C) Copyright 2026 Hewlett Packard Enterprise Development LP
# SPDX-License-Identifier: MIT

# Installs Debian packages without starting the services in them: nobody asked for an ssh server on this machine.
# A shell of its own, so that the policy goes away even when the set-up that called it is killed.

set -u
policy=/usr/sbin/policy-rc.d
mark='# Written while the IMS job pair installs packages; safe to remove.'

# Debian asks the policy whether a service may start; 101 means no. A policy of the machine's own is left alone.
if [ ! -e "$policy" ] || grep -qF "$mark" "$policy"; then
  trap 'rm -f "$policy"' EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  printf '#!/bin/sh\n%s\nexit 101\n' "$mark" >"$policy"
  chmod 755 "$policy"
fi

export DEBIAN_FRONTEND=noninteractive LC_ALL=C
# Lists that are a little old still serve when the network does not.
apt-get update || echo 'apt-get update failed; trying with the lists that are there'
apt-get install -y --no-install-recommends "$@"
