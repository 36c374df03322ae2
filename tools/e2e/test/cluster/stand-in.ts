// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';

import type { Ground } from '@ims/cluster';
import { temporaryDirectory } from '@ims/testing';

const run = promisify(execFile);

/** Both images of the pair at once: what the Job makes of exit codes is seen without the pair. */
export const STAND_IN = { repository: 'localhost/ims-stand-in', tag: '1', pullPolicy: 'Never' };

/** Each start takes the next line of the plan on the claim: an exit code, or to wait for a signal. */
const AGENT = `#!/bin/sh
cd /mnt/image
echo "$*" >>calls
[ "$1" = prepare ] && exit 0
echo start >>starts
step=$(sed -n "$(wc -l <starts)p" plan)
[ "$step" = wait ] || exit "$step"
trap 'exit 143' TERM
touch waits
while :; do sleep 1 & wait $!; done
`;

const FILES: Readonly<Record<string, string>> = {
  'usr/bin/ims-agent': AGENT,
  'usr/bin/ims-sshd': '#!/bin/sh\nexit 0\n',
  'usr/bin/tini': '#!/bin/sh\nshift\nexec "$@"\n',
};

/** Makes the image and brings it into the cluster. */
export async function loadStandIn(ground: Ground): Promise<void> {
  const directory = await temporaryDirectory('stand-in');
  const root = `${directory}/root`;
  for (const folder of ['bin', 'usr/bin', 'etc', 'tmp']) await mkdir(`${root}/${folder}`, { recursive: true });
  await copyFile('/usr/bin/busybox', `${root}/bin/busybox`);
  for (const applet of ['sh', 'sed', 'wc', 'touch', 'sleep']) await symlink('busybox', `${root}/bin/${applet}`);
  for (const [path, text] of Object.entries(FILES)) {
    await writeFile(`${root}/${path}`, text);
    await chmod(`${root}/${path}`, 0o755);
  }
  const archive = `${directory}/root.tar`;
  await run('tar', ['--create', '--directory', root, '--file', archive, '.']);
  const name = `${STAND_IN.repository}:${STAND_IN.tag}`;
  await run('podman', ['import', '--quiet', '--change', 'ENV PATH=/usr/bin:/bin', archive, name]);
  await ground.load(name);
  await run('podman', ['rmi', '--force', name]);
}
