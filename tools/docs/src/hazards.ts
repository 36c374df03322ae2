// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** One thing that went wrong in production, with this pair's forerunner or with systems like it. */
export interface Hazard {
  /** What goes wrong, to whom, in words that need no knowledge of the code. */
  readonly harm: string;
  /** The folders or files, from the top of the repository, that keep it from happening. */
  readonly guards: readonly [string, ...string[]];
}

/** The chapters of `docs/hazards.md`, each with its hazards by their numbers; a number is never given twice. */
export const HAZARDS: Readonly<Record<string, Readonly<Record<string, Hazard>>>> = {
  "Losing the user's work, or never ending": {
    H1: {
      harm: '`/etc/resolv.conf` is removed, replaced or left dangling in the shell, and the job cannot put the original back',
      guards: ['libs/image-root/src/resolv-conf.ts', 'libs/image-root/src/saved-original.ts'],
    },
    H2: {
      harm: 'IMS answers a status update with an error, with nonsense or not at all, and the job ends or the shell is blocked',
      guards: ['libs/ims-api'],
    },
    H3: {
      harm: 'an agent is killed while it publishes, and a second image, an orphaned record or orphaned objects are left',
      guards: ['libs/journal', 'libs/export', 'libs/artifacts'],
    },
    H4: {
      harm: 'IMS is unreachable at the very end, and a published image is lost or its job never ends',
      guards: ['libs/ims-api', 'libs/export'],
    },
    H5: {
      harm: 'one container dies, and the other one waits for it without end',
      guards: ['libs/sentinel', 'libs/session', 'libs/export'],
    },
    H6: {
      harm: 'an eviction or a deleted job kills a container before it has reported anything, or PID 1 ignores the signal',
      guards: ['libs/cli', 'docker'],
    },
    H7: {
      harm: 'a signal file is removed before its successor is written, and a crash between the two loses the decision',
      guards: ['libs/session', 'libs/export'],
    },
    H8: {
      harm: 'a customization script exits early, fails or is missing, and the other container waits for ever',
      guards: ['libs/session', 'apps/sshd/src/customization-script.ts'],
    },
    H9: {
      harm: 'sshd, a mount or the emulation cannot be started, or sshd dies later, and nobody notices',
      guards: ['libs/openssh', 'libs/platform'],
    },
    H10: {
      harm: 'a missing kernel, a bad name or a full disk is found only after the shell is gone, and the work with it',
      guards: ['libs/export/src/validating.ts', 'apps/agent/src/inspector.ts'],
    },
    H11: {
      harm: 'an image name with a slash, a space, a quote or a leading dash fails after hours of work',
      guards: ['libs/env', 'libs/artifacts/src/s3'],
    },
    H12: {
      harm: 'a permanent error is repeated without end, a transient one ends the job, or a stalled transfer is not noticed',
      guards: ['libs/retry', 'libs/artifacts/src/s3', 'libs/download'],
    },
    H13: { harm: 'the access token expires during a long upload, and the last update fails', guards: ['libs/ims-api'] },
    H14: {
      harm: 'a wrong client secret and an unreachable token server look the same, or are retried for ever',
      guards: ['libs/ims-api/src/tokens.ts'],
    },
    H15: {
      harm: 'a job waited longer than its presigned address is valid, and reports a mere 403',
      guards: ['libs/download/src/presigned.ts'],
    },
    H16: {
      harm: "the disk runs out of bytes or inodes, and the user's tree is damaged or the error means nothing",
      guards: ['libs/squashfs/src/space-watch.ts', 'libs/image-root', 'libs/preparation/src/room.ts'],
    },
  },
  'Publishing something else than what the user made': {
    H17: {
      harm: 'a process of the user still writes while the image is packed',
      guards: ['libs/openssh', 'libs/session/src/closing.ts'],
    },
    H18: {
      harm: 'new bytes are appended to an older archive instead of replacing it',
      guards: ['libs/squashfs', 'libs/artifacts'],
    },
    H19: { harm: 'a file that the user can plant makes a local job look like a remote one', guards: ['libs/env'] },
    H20: {
      harm: 'a truncated or altered object is published, since nobody compares it with what was read',
      guards: ['libs/artifacts', 'apps/agent/src/artifacts.ts'],
    },
    H21: {
      harm: 'a signal file from an earlier customization is taken for a new one, or is published with the image',
      guards: ['libs/image-root/src/stale-flags.ts'],
    },
    H22: {
      harm: "the image's `/tmp` loses its mode, or saved originals are published in it",
      guards: ['libs/image-root/src/saved-original.ts', 'libs/image-root/src/stale-flags.ts'],
    },
    H23: {
      harm: 'a missing file of kernel parameters is silently left out',
      guards: ['libs/image-root/src/boot-files.ts'],
    },
    H24: {
      harm: 'the CA certificates arrive in the image as the links of a ConfigMap mount, and older copies pile up',
      guards: ['libs/image-root/src/ca-certificates.ts'],
    },
    H25: {
      harm: "the files in the image's `/image` stay readable or executable for everybody, or a link is followed",
      guards: ['libs/image-root/src/image-directory.ts'],
    },
    H26: {
      harm: 'a mounted `/proc`, `/sys` or `/dev` is packed into the image',
      guards: ['libs/squashfs', 'libs/platform/src/dkms-mounts.ts'],
    },
  },
  'An image root that is hostile': {
    H27: {
      harm: 'a link in the image leads out of it, and a secret of the container is published or a file of it overwritten',
      guards: ['libs/image-root'],
    },
    H28: {
      harm: 'a directory, socket, FIFO or looping link in the place of a signal file crashes or fools the watcher',
      guards: ['libs/sentinel'],
    },
    H29: { harm: 'watching becomes slower the larger the image is', guards: ['libs/sentinel/src/watch.ts'] },
    H30: {
      harm: 'a newline or a quote in a variable becomes a directive of sshd or a word of a command line',
      guards: ['libs/env/src/parsers.ts', 'libs/openssh'],
    },
  },
  'Letting somebody in, or something out': {
    H31: {
      harm: "a user's shell can read the keys of S3, the OAuth secret or a token, from a file, the environment or `/proc`",
      guards: ['helm/ims-job', 'apps/local/src/pair'],
    },
    H32: {
      harm: 'the agent may change other pods than its own, or other parts of it than its annotations and conditions',
      guards: ['helm/ims-buildenv', 'libs/contract/src/permissions.ts'],
    },
    H33: {
      harm: 'the certificate of a server is not checked, and nothing says so',
      guards: ['libs/http/src/trust.ts', 'apps/agent/src/store-trust.ts'],
    },
    H34: {
      harm: 'a password, a token or a presigned address appears in a log, an annotation, an error or the process list',
      guards: ['libs/logging/src/redaction.ts', 'apps/agent/src/prepare/hide-address.ts', 'libs/http'],
    },
    H35: {
      harm: 'a jailed user reaches other hosts through forwarding or tunnels',
      guards: ['libs/openssh/src/amend-config.ts'],
    },
    H36: {
      harm: 'nobody can know the host key before the first login, so everybody accepts any key',
      guards: ['libs/kube', 'apps/kubectl/src/host-key.ts'],
    },
    H37: {
      harm: 'sshd refuses the image root as a jail after `ready`, with an error that only its own log shows',
      guards: ['libs/image-root/src/jail.ts'],
    },
    H38: {
      harm: 'nobody can tell afterwards who logged in, and with which key',
      guards: ['libs/openssh/src/log-follower.ts'],
    },
  },
  'Saying one thing and doing another': {
    H39: {
      harm: '`waiting_on_user` is reported although a login does not work yet',
      guards: ['libs/openssh/src/probe.ts', 'libs/export'],
    },
    H40: {
      harm: 'a client that runs one `touch` and disconnects at once is overlooked, or the shell is closed under it',
      guards: ['libs/sentinel', 'libs/session'],
    },
    H41: {
      harm: 'IMS names a result that is not stored yet, or a job never reaches a final status',
      guards: ['libs/export', 'libs/ims-api'],
    },
    H42: {
      harm: 'sshd honors the first `SetEnv` line only, and the others are lost without a word',
      guards: ['libs/openssh/src/amend-config.ts'],
    },
    H43: {
      harm: 'emulation is registered twice, on an ARM machine, or for a remote job',
      guards: ['libs/platform/src/emulation.ts'],
    },
    H44: {
      harm: 'mksquashfs takes the memory and processors of the machine instead of the container, and is killed',
      guards: ['libs/squashfs/src/cgroup.ts'],
    },
    H45: { harm: 'ended processes of users stay as zombies until no process can be started', guards: ['docker'] },
    H46: {
      harm: 'a thousand jobs at once overload the API server with writes or polling',
      guards: ['libs/kube'],
    },
  },
};
