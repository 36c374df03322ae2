// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { chartSections, type ChartSection } from './chart-values.ts';
import { code, generatedFrom, page, table } from './markdown.ts';

/** `helm/<chart>/README.md`: what the chart is for, and every value. */
export function chartPage(chart: keyof typeof INTRODUCTIONS, values: string): string {
  return page(
    generatedFrom([`tools/docs/src/chart-page.ts`, `values.yaml`]),
    `# ${chart}`,
    ...INTRODUCTIONS[chart],
    '## Values',
    ...chartSections(values).flatMap(sectionParts),
  );
}

function sectionParts({ name, meaning, values }: ChartSection): string[] {
  const rows = values.map((value) => [code(value.path), code(value.fallback), value.meaning]);
  const words = meaning === '' ? [] : [meaning];
  return [`### ${name === '' ? 'More' : name}`, ...words, table(['Value', 'Default', 'Meaning'], rows)];
}

const INTRODUCTIONS = {
  'ims-buildenv': [
    `What the pods of IMS jobs need in their namespace, installed once: the account that they run as, what it may do, and
what may reach them. It takes Kubernetes 1.30 or newer and the right to make cluster-wide admission policies.`,
    'It is a step of [the installation](../../docs/installing.md): `helm install ims-buildenv helm/ims-buildenv`.',
    '## What a stolen token is worth',
    `The role lets an agent get and patch pods, and create events, in its own namespace: a role cannot say more. The
admission policies refuse, whatever the role allows,`,
    `- every pod but the one that the token was made for, and every token that was made for none;
- all of that pod but its annotations and conditions that begin with \`ims.cray.com/\`;
- events of anything but that pod.`,
    `What is left is to lie about one's own job, and to read the specs of pods in the namespace. Keep the secrets of other
programs out of pod specs there; the jobs have theirs in secrets, presigned addresses included. In a job's pod only the
agent and the stage before it have the token, and it lives an hour.`,
    '## What Prometheus may',
    `Nothing, unless \`podMonitor.enabled=true\` says so. Then there is a PodMonitor for the jobs that are installed with
\`metrics.enabled=true\`, and the network policy lets its reader through to that port
([how, and what it reads](../../docs/kubernetes.md#many-jobs-at-once)).`,
    '## What a user may',
    `The role \`ims-user\` holds what [kubectl-ims](../../docs/kubernetes.md) takes: to see jobs, their pods and events, and to
reach a shell. It is bound to nobody; \`kubectl create rolebinding ims-user-alice --role ims-user --user alice\` binds it to
Alice.`,
  ],
  'ims-job': [
    `One IMS job: the image that is customised is fetched and unpacked, a shell is opened in it by ssh, and what the user
made of it is packed, stored and registered. The chart \`ims-buildenv\` is installed in the namespace beforehand.`,
    `[The installation](../../docs/installing.md) goes from nothing to a published image, with and without IMS.
[trial.yaml](trial.yaml) holds values for a first try: no IMS, and limits that fit into small quotas.`,
    `Helm then prints the commands that watch the job, log in and finish it. A job is never changed while it runs: install
another release for another job.`,
    '## Names',
    `Image and file names are used to the letter, with spaces, quotes, colons and \`$(…)\`. What YAML would read as
something else than text is refused, with the place: write \`name: '1.0'\`, and \`--set-string result.name=2026\`.`,
    '## When a pod ends early',
    `The claim outlives the pod, and a journal on it says how far the job is. So the Job starts another pod when the node
is drained or lost (not counted), and when a container fails for a reason that may pass (\`job.backoffLimit\` times);
that pod goes on where the one before was. It is not tried again when the user has marked the job as failed, and
neither for any other reason that another start would not get over: [when it fails](../../docs/when-it-fails.md).`,
    '## Rights of the containers',
    `All work as root, since an image belongs to root; every other right is dropped unless a comment beside it in
[_security.tpl](templates/_security.tpl) says what for. The agent and the stage before it have a read-only root file
system. \`job.dkms\` and \`job.arch=aarch64\` make the sshd container privileged: they mount kernel file systems into the
image or register an emulator. Give them a runtime class with a kernel of its own (\`runtimeClass\`); without one they are
refused, unless \`runtimeClass.hostKernel=true\` says that whoever logs in may be root of the node. Without either, the pods
fit the Pod Security level \`baseline\`.`,
    `What builds the image of a \`create\` job is privileged, as IMS has it: kiwi mounts file systems into the root that it
builds. It is over before there is a shell, and its namespace has to allow the level \`privileged\`. \`builder.privileged=false\` is for a builder that can do without.`,
    `The sshd container, in which the user works, has no token of the service account, no key of S3 and no secret of the
token server: neither mounted nor in its environment.`,
  ],
} as const satisfies Record<string, readonly string[]>;
