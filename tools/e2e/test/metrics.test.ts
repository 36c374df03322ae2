// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { once } from 'node:events';
import { connect, createServer } from 'node:net';

import { cleanUp, eventually, freePort, onCleanup, scrape } from '@ims/testing';
import { afterEach, describe, expect, it } from 'vitest';

import { complete } from './support/finish.ts';
import { listeningPorts } from './support/listening.ts';
import { openPair } from './support/pair.ts';

afterEach(cleanUp);

const CANNOT = 'metrics cannot be served on this port; the job goes on without';

describe('the agent', () => {
  it('listens on no port unless it is told to', async () => {
    const pair = await openPair();
    expect(await listeningPorts(pair.agent.pid)).toEqual([]);
    await complete(pair);
  });

  it('tells Prometheus what it tells the status file, until it ends, whoever dangles', async () => {
    const port = await freePort();
    const address = `http://127.0.0.1:${String(port)}/metrics`;
    const pair = await openPair({ agentEnv: { IMS_METRICS_PORT: String(port) } });
    expect(await listeningPorts(pair.agent.pid)).toEqual([port]);
    const { phaseSince } = await pair.reached('WaitingOnUser');
    const seen = await eventually(async () => {
      const now = await scrape(address);
      return now.chosen('ims_job_phase', 'phase') === 'WaitingOnUser' && now;
    });
    const [entered] = seen.samples('ims_job_phase_entered_timestamp_seconds');
    expect(entered?.value).toBe(Date.parse(phaseSince) / 1000);
    expect(seen.samples('ims_job_info')[0]?.labels).toMatchObject({ job_id: pair.job.id, action: 'customize' });
    const ready = { condition: 'ims.cray.com/ShellReady', status: 'true' };
    expect(seen.samples('ims_job_condition')).toContainEqual({ labels: ready, value: 1 });
    expect(seen.samples('ims_job_phase_duration_seconds').map(({ labels }) => labels['phase'])).toEqual(['Starting']);
    const dangling = connect(port, '127.0.0.1').on('error', () => undefined);
    onCleanup(async () => void dangling.destroy());
    await once(dangling, 'connect');
    dangling.write('GET /metrics HTTP/1.1\r\n');
    await complete(pair);
    await expect(scrape(address)).rejects.toThrow('fetch failed');
  });

  it('says once that somebody has the port, and publishes the image all the same', async () => {
    const taken = createServer().listen(await freePort());
    onCleanup(async () => void taken.close());
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    const pair = await openPair({ agentEnv: { IMS_METRICS_PORT: String(port) } });
    await complete(pair);
    expect(pair.agent.lines.filter(({ msg }) => msg === CANNOT)).toHaveLength(1);
  });
});
