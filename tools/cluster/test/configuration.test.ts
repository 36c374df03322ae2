// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { describe, expect, it } from 'vitest';

import { cniConfig, containerdConfig } from '../src/containerd.ts';
import { CONTROL_PLANE, controlPlaneArguments } from '../src/control-plane.ts';
import { kubeletConfig } from '../src/kubelet.ts';
import { layoutOf, LINK } from '../src/layout.ts';
import { stepsOf } from '../src/network.ts';

const STATE = '/var/lib/elsewhere';
const layout = layoutOf({ IMS_TEST_CLUSTER_STATE: STATE, XDG_CACHE_HOME: '/cache' });

/** Every absolute path in a text, apart from addresses of the network. */
function pathsIn(text: string): string[] {
  return [...text.matchAll(/(?<![\w.:/])(?:unix:\/\/)?(\/[a-z][\w./-]*)/g)].flatMap(([, path]) => path ?? []);
}

describe('the configuration of a cluster', () => {
  it('keeps containerd, CNI, kubelet and control plane below the state directory', () => {
    const texts = [
      containerdConfig(layout),
      cniConfig(layout),
      JSON.stringify(kubeletConfig(layout)),
      ...CONTROL_PLANE.flatMap((part) => controlPlaneArguments(layout)[part]),
    ];
    const paths = texts.flatMap(pathsIn).filter((path) => path !== '/usr/lib/cni');
    expect(paths.length).toBeGreaterThan(15);
    for (const path of paths) expect(path.startsWith(`${STATE}/`), path).toBe(true);
  });

  it('moves with the variables and lets the cache outlive the cluster', () => {
    expect(layout.cache).toBe('/cache/ims-job-pair/cluster');
    expect(layoutOf({}).state).toBe('/var/lib/ims-test/cluster');
    expect(layoutOf({}).cache.endsWith('/.cache/ims-job-pair/cluster')).toBe(true);
  });

  it('gives no stranger access to the kubelet, and a node no more than its own pods', () => {
    expect(kubeletConfig(layout)).toMatchObject({
      authentication: { anonymous: { enabled: false } },
      authorization: { mode: 'Webhook' },
    });
    expect(controlPlaneArguments(layout)['kube-apiserver']).toEqual(
      expect.arrayContaining(['--authorization-mode=Node,RBAC', '--enable-admission-plugins=NodeRestriction']),
    );
  });

  it('throws no image away that was loaded by hand', () => {
    expect(kubeletConfig(layout)).toMatchObject({ imageGCHighThresholdPercent: 100, imageMaximumGCAge: '0s' });
  });

  it('changes addresses and routes of the machine only for the link, by names that a kernel takes', () => {
    for (const name of Object.values(LINK)) expect(name.length).toBeLessThanOrEqual(15);
    const outside = stepsOf(layout).filter(({ where }) => where === 'outside');
    for (const { command } of outside) expect(command).toContain(LINK.outside);
  });
});
