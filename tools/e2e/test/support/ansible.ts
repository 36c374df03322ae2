// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { mkdir, writeFile } from 'node:fs/promises';

import { runClient, type Said } from './client.ts';
import { rootIn } from './finish.ts';
import type { Pair } from './pair.ts';

/** What is played, and what it finds beside it. */
interface Play {
  readonly book: string;
  readonly files: Readonly<Record<string, string>>;
}

/**
 * Runs ansible-playbook against the shell of a job, by Ansible's own ssh options: one connection for all tasks, files by
 * sftp. The playbook knows the image root as the variable `root`.
 */
export async function playBook(pair: Pair, { book, files }: Play): Promise<Said> {
  const { port, key } = pair.job;
  const home = `${pair.volume.scratch}/ansible`;
  await mkdir(home, { recursive: true });
  for (const [name, text] of Object.entries({ ...files, 'book.yml': book })) await writeFile(`${home}/${name}`, text);
  const login = [`ansible_host=127.0.0.1 ansible_port=${String(port)} ansible_user=root`];
  const inventory = [...login, `ansible_ssh_private_key_file=${key} root=${rootIn(pair)}`].join(' ');
  await writeFile(`${home}/inventory`, `image ${inventory}\n`);
  const settings = {
    HOME: home,
    ANSIBLE_HOST_KEY_CHECKING: 'False',
    ANSIBLE_LOCAL_TEMP: `${home}/local`,
    // In a jail the image's own; without one it would be that of this machine.
    ANSIBLE_REMOTE_TEMP: pair.volume.layout.jailed ? '/tmp/.ansible' : `${home}/remote`,
    // Ansible's own but for the time that a connection outlives the playbook.
    ANSIBLE_SSH_ARGS: '-C -o ControlMaster=auto -o ControlPersist=2s -o UserKnownHostsFile=/dev/null',
    ANSIBLE_SSH_CONTROL_PATH_DIR: `${home}/cp`,
    LC_ALL: 'C.UTF-8',
  };
  const variables = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  return await runClient('env', [...variables, 'ansible-playbook', '-i', `${home}/inventory`, `${home}/book.yml`]);
}
