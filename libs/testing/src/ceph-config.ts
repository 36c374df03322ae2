// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** What a Ceph of one disk in memory is made of. */
interface CephPlan {
  readonly root: string;
  readonly directory: string;
  readonly fsid: string;
  readonly monitorPort: number;
  readonly port: number;
}

const MIB = 1024 * 1024;

/** The configuration of a Ceph that keeps to a folder and to loopback, and asks nobody who they are. */
export function cephConfig({ root, directory, fsid, monitorPort, port }: CephPlan): string {
  const libraries = `${root}/usr/lib/x86_64-linux-gnu`;
  const sections = {
    global: {
      fsid,
      'mon host': `v1:127.0.0.1:${String(monitorPort)}`,
      'public addr': '127.0.0.1',
      'cluster addr': '127.0.0.1',
      'ms bind msgr2': false,
      'auth cluster required': 'none',
      'auth service required': 'none',
      'auth client required': 'none',
      'osd pool default size': 1,
      'osd pool default min size': 1,
      'osd pool default pg num': 4,
      'osd pool default pgp num': 4,
      'osd pool default pg autoscale mode': 'off',
      'osd crush chooseleaf type': 0,
      'mon allow pool size one': true,
      'mon max pg per osd': 1000,
      'run dir': `${directory}/run`,
      'admin socket': `${directory}/run/$name.$pid.asok`,
      'pid file': `${directory}/run/$name.pid`,
      'crash dir': `${directory}/log`,
      'log file': `${directory}/log/$name.log`,
      'mon cluster log file': `${directory}/log/cluster.log`,
      'plugin dir': `${libraries}/ceph`,
      'erasure code dir': `${libraries}/ceph/erasure-code`,
      'osd class dir': `${libraries}/rados-classes`,
    },
    mon: {
      'mon data': `${directory}/mon`,
      'mon initial members': 'a',
      'mon data avail crit': 1,
      'mon data avail warn': 2,
      'auth allow insecure global id reclaim': true,
    },
    osd: {
      'osd data': `${directory}/osd`,
      'osd objectstore': 'memstore',
      'memstore device bytes': 2048 * MIB,
      'osd memory target': 896 * MIB,
      'osd max object name len': 256,
      'osd max object namespace len': 64,
      'osd class update on start': false,
      'osd crush update on start': false,
    },
    'client.rgw': {
      'rgw data': `${directory}/rgw`,
      // Without it each body is answered some 40 ms late.
      'rgw frontends': `beast endpoint=127.0.0.1:${String(port)} tcp_nodelay=1`,
      'rgw thread pool size': 32,
    },
  };
  return Object.entries(sections)
    .map(([name, values]) => `[${name}]\n${linesOf(values)}\n`)
    .join('');
}

function linesOf(values: Readonly<Record<string, string | number | boolean>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name} = ${String(value)}`)
    .join('\n');
}
