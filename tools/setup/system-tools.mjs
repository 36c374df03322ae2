// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The programs that are not in npm packages: where their packages are, and which command of this repository
 * cannot do without them.
 *
 * @type {readonly { tool: string, apt: string, zypper?: string, dnf?: string, stages: readonly string[] }[]}
 */
export const SYSTEM_TOOLS = [
  { tool: 'sshd', apt: 'openssh-server', zypper: 'openssh', dnf: 'openssh-server', stages: ['start', 'test'] },
  { tool: 'ssh', apt: 'openssh-client', zypper: 'openssh', dnf: 'openssh-clients', stages: ['start', 'test'] },
  { tool: 'sftp', apt: 'openssh-client', zypper: 'openssh', dnf: 'openssh-clients', stages: ['start', 'test'] },
  { tool: 'ssh-keygen', apt: 'openssh-client', zypper: 'openssh', dnf: 'openssh', stages: ['start', 'test'] },
  { tool: 'mksquashfs', apt: 'squashfs-tools', zypper: 'squashfs', dnf: 'squashfs-tools', stages: ['start', 'test'] },
  { tool: 'unsquashfs', apt: 'squashfs-tools', zypper: 'squashfs', dnf: 'squashfs-tools', stages: ['start', 'test'] },
  { tool: 'unshare', apt: 'util-linux', zypper: 'util-linux', dnf: 'util-linux', stages: ['start', 'test'] },
  { tool: 'chattr', apt: 'e2fsprogs', zypper: 'e2fsprogs', dnf: 'e2fsprogs', stages: ['start', 'test'] },
  { tool: 'lsattr', apt: 'e2fsprogs', zypper: 'e2fsprogs', dnf: 'e2fsprogs', stages: ['start', 'test'] },
  { tool: 'flock', apt: 'util-linux', zypper: 'util-linux', dnf: 'util-linux', stages: ['start', 'test'] },
  { tool: 'tini', apt: 'tini', dnf: 'tini', stages: ['start', 'test'] },
  { tool: 'mmdebstrap', apt: 'mmdebstrap', stages: ['start', 'test'] },
  { tool: 'rsync', apt: 'rsync', zypper: 'rsync', dnf: 'rsync', stages: ['test'] },
  { tool: 'ansible-playbook', apt: 'ansible-core', zypper: 'ansible-core', dnf: 'ansible-core', stages: ['test'] },
  { tool: 'setfattr', apt: 'attr', zypper: 'attr', dnf: 'attr', stages: ['test'] },
  { tool: 'getfattr', apt: 'attr', zypper: 'attr', dnf: 'attr', stages: ['start', 'test'] },
  { tool: 'setfacl', apt: 'acl', zypper: 'acl', dnf: 'acl', stages: ['test'] },
  { tool: 'busybox', apt: 'busybox-static', zypper: 'busybox-static', dnf: 'busybox', stages: ['test'] },
  { tool: 'mkfs.ext4', apt: 'e2fsprogs', zypper: 'e2fsprogs', dnf: 'e2fsprogs', stages: ['test'] },
  { tool: 'xz', apt: 'xz-utils', zypper: 'xz', dnf: 'xz', stages: ['start', 'test'] },
  { tool: 'zstd', apt: 'zstd', zypper: 'zstd', dnf: 'zstd', stages: ['start', 'test'] },
  { tool: 'curl', apt: 'curl', zypper: 'curl', dnf: 'curl', stages: ['test'] },
  { tool: 'openssl', apt: 'openssl', zypper: 'openssl', dnf: 'openssl', stages: ['test', 'cluster'] },
  { tool: 'aws', apt: 'awscli', zypper: 'aws-cli', dnf: 'awscli2', stages: ['test'] },
  { tool: 'setpriv', apt: 'util-linux', zypper: 'util-linux', dnf: 'util-linux', stages: ['test'] },
  { tool: 'bash-static', apt: 'bash-static', stages: ['test'] },
  { tool: 'containerd', apt: 'containerd', zypper: 'containerd', dnf: 'containerd', stages: ['cluster'] },
  { tool: 'ptp', apt: 'containernetworking-plugins', stages: ['cluster'] },
  { tool: 'podman', apt: 'podman', zypper: 'podman', dnf: 'podman', stages: ['cluster'] },
  { tool: 'docker-registry', apt: 'docker-registry', stages: ['cluster'] },
  { tool: 'ip', apt: 'iproute2', zypper: 'iproute2', dnf: 'iproute', stages: ['cluster'] },
  { tool: 'nsenter', apt: 'util-linux', zypper: 'util-linux', dnf: 'util-linux', stages: ['cluster'] },
];

/** @typedef {{ name: 'apt' | 'zypper' | 'dnf', program: string, install: string }} Manager */

/**
 * How each package manager is asked to install packages, best known first.
 *
 * @type {readonly Manager[]}
 */
const MANAGERS = [
  { name: 'apt', program: 'apt-get', install: 'apt-get update && apt-get install -y --no-install-recommends' },
  { name: 'zypper', program: 'zypper', install: 'zypper --non-interactive install' },
  { name: 'dnf', program: 'dnf', install: 'dnf install -y' },
];

/** Programs for the system's keeper are often left out of a user's PATH, and plugins of CNI always are. */
const SYSTEM_DIRECTORIES = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/bin', '/bin', '/usr/lib/cni'];

/**
 * The rows of the table that one of the stages needs and that this machine does not have.
 *
 * @param {readonly string[]} wanted
 * @param {string} path the value of PATH
 */
export function missingTools(wanted, path) {
  return SYSTEM_TOOLS.filter(
    ({ tool, stages }) => wanted.some((stage) => stages.includes(stage)) && !isInstalled(tool, path),
  );
}

/**
 * The package manager of this machine, if it is one that is known here.
 *
 * @param {string} path the value of PATH
 */
export function packageManager(path) {
  return MANAGERS.find(({ program }) => isInstalled(program, path));
}

/**
 * What installs the missing tools, and which of them this package manager is not known to have.
 *
 * @param {(typeof SYSTEM_TOOLS)[number][]} missing
 * @param {Manager} manager
 */
export function installation(missing, manager) {
  const rows = missing.map((row) => ({ tool: row.tool, package: row[manager.name] }));
  const packages = [...new Set(rows.flatMap((row) => (row.package === undefined ? [] : [row.package])))].sort();
  return {
    packages,
    command: `${manager.install} ${packages.join(' ')}`,
    unknown: rows.filter((row) => row.package === undefined).map((row) => row.tool),
  };
}

/** @param {string} tool @param {string} path */
function isInstalled(tool, path) {
  return [...path.split(':'), ...SYSTEM_DIRECTORIES].some((directory) => isProgram(join(directory, tool)));
}

/** @param {string} file */
function isProgram(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
