// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { cleanUp, startFakeIms, type FakeIms } from '../src/index.ts';
import { call, JOB, UNKNOWN } from './ims-calls.ts';

afterEach(cleanUp);

let ims: FakeIms;

beforeEach(async () => {
  ims = await startFakeIms({ jobs: [{ id: JOB }] });
});

const change = async (body: object) => await call(ims, `PATCH jobs/${JOB}`, body);
const statuses = () => ims.jobs().map(({ status }) => status);

describe('the record of a job', () => {
  it('has all its fields', async () => {
    const { body } = await call(ims, `GET jobs/${JOB}`);
    expect(Object.keys(body).sort()).toEqual([
      ...['arch', 'artifact_id', 'build_env_size', 'created', 'enable_debug', 'id', 'image_root_archive_name'],
      ...['initrd_file_name', 'job_mem_size', 'job_type', 'kernel_file_name', 'kernel_parameters_file_name'],
      ...['kubernetes_configmap', 'kubernetes_job', 'kubernetes_namespace', 'kubernetes_pvc', 'kubernetes_secret'],
      ...['kubernetes_service', 'public_key_id', 'remote_build_node', 'require_dkms', 'resultant_image_id'],
      ...['ssh_containers', 'status'],
    ]);
    expect(body).toMatchObject({
      status: 'creating',
      resultant_image_id: null,
      ssh_containers: [
        { status: 'pending', connection_info: { customer_access: { port: 22 }, 'cluster.local': { port: 22 } } },
      ],
    });
  });

  it('is made by a test, and listed', async () => {
    const made = ims.addJob({ job_type: 'create', image_root_archive_name: 'x' });
    expect(await call(ims, 'GET jobs')).toMatchObject({ status: 200, body: [{ id: JOB }, made] });
  });

  it('takes every status after every other', async () => {
    const order = ['success', 'creating', 'error', 'waiting_on_user', 'packaging_artifacts', 'building_image'];
    for (const status of [...order, 'waiting_for_repos', 'fetching_recipe', 'fetching_image', 'success', 'success'])
      expect(await change({ status })).toMatchObject({ status: 200, body: { id: JOB, status } });
    expect(statuses()).toEqual(['success']);
    expect(ims.cleanups).toEqual([JOB, JOB, JOB, JOB]);
  });

  it('takes the id of an image', async () => {
    expect(await change({ resultant_image_id: UNKNOWN })).toMatchObject({ body: { resultant_image_id: UNKNOWN } });
    expect(statuses()).toEqual(['creating']);
  });

  it.each([
    ['an unknown status', { status: 'done' }],
    ['no status', { status: null }],
    ['an image id that is none', { resultant_image_id: 'x' }],
    ['an unknown field', { status: 'success', message: 'x' }],
  ])('is not changed by %s', async (_, body) => {
    expect(await change(body)).toMatchObject({ status: 422, type: 'application/problem+json' });
    expect(statuses()).toEqual(['creating']);
    expect(ims.cleanups).toEqual([]);
  });

  it('that is not there is a 404', async () => {
    for (const method of ['GET', 'PATCH'])
      expect(
        await call(ims, `${method} jobs/${UNKNOWN}`, method === 'GET' ? undefined : { status: 'error' }),
      ).toMatchObject({ status: 404 });
  });

  it.each(['success', 'error'])('does not keep %s while Kubernetes keeps its things', async (status) => {
    await change({ status: 'packaging_artifacts' });
    ims.failCleanup(2);
    for (const attempt of [1, 2]) {
      expect(await change({ status }), `attempt ${String(attempt)}`).toMatchObject({
        status: 500,
        type: 'application/problem+json',
      });
      expect(statuses()).toEqual(['packaging_artifacts']);
    }
    expect(ims.cleanups).toEqual([]);
    expect(await change({ status })).toMatchObject({ status: 200, body: { status } });
    expect(ims.cleanups).toEqual([JOB]);
  });

  it('keeps other statuses while the clean-up would fail', async () => {
    ims.failCleanup(1);
    expect(await change({ status: 'waiting_on_user' })).toMatchObject({ status: 200 });
    expect(await change({ status: 'error' })).toMatchObject({ status: 500 });
  });
});
