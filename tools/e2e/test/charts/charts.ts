// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';

import { kubernetesClients, SOURCE_TREE, temporaryDirectory } from '@ims/testing';

/** The charts of the repository. */
export type Chart = 'ims-buildenv' | 'ims-job';

/** Values as a file has them. */
export type Values = Readonly<Record<string, unknown>>;

/** An object as the API server would get it. */
export interface KubernetesObject {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

/** The directory of a chart. */
export function chartDirectory(chart: Chart): string {
  return `${SOURCE_TREE}/helm/${chart}`;
}

/** What helm says; rejects with it when helm refuses. */
export async function helm(chart: Chart, values: Values, command: readonly string[]): Promise<string> {
  const { helm: program } = await kubernetesClients();
  const file = `${await temporaryDirectory('values')}/values.yaml`;
  // JSON is YAML.
  await writeFile(file, JSON.stringify(values));
  const { stdout } = await promisify(execFile)(program, [...command, chartDirectory(chart), '--values', file]);
  return stdout;
}

/** The objects of a chart, read by kubectl's own parser of YAML. */
export async function render(chart: Chart, values: Values): Promise<KubernetesObject[]> {
  const yaml = await helm(chart, values, ['template', 'my-job', '--namespace', 'ims']);
  const { kubectl } = await kubernetesClients();
  const file = `${await temporaryDirectory('objects')}/objects.yaml`;
  await writeFile(file, yaml);
  const args = ['patch', '--local', '--filename', file, '--type', 'merge', '--patch', '{}', '--output', 'json'];
  const { stdout } = await promisify(execFile)(kubectl, args);
  // One object after the other, each with its braces at the margin.
  return JSON.parse(`[${stdout.trim().replaceAll(/^\}\n\{/gm, '},\n{')}]`) as KubernetesObject[];
}

/** Why helm does not take these values. */
export async function refusal(chart: Chart, values: Values): Promise<string> {
  try {
    await helm(chart, values, ['template', 'my-job']);
  } catch (error) {
    return (error as { stderr: string }).stderr;
  }
  throw new Error(`helm took ${JSON.stringify(values)}`);
}

/** The object of a kind, of which there is one. */
export function only<T extends KubernetesObject>(objects: readonly KubernetesObject[], kind: T['kind']): T {
  const found = objects.filter((object) => object.kind === kind);
  if (found.length !== 1 || found[0] === undefined) throw new Error(`${String(found.length)} objects of kind ${kind}`);
  return found[0] as T;
}
