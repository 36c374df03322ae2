// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { EXIT_DONE } from '@ims/contract';
import { openLogger } from '@ims/logging';
import { createDoor } from '@ims/openssh';
import { createRunner } from '@ims/process';
import { asFailure, type Failure } from '@ims/runtime';

import type { SshdConfig } from './config.ts';
import { doorOptions, type Tools } from './doorway.ts';
import { imageAccess, type ImageAccess } from './image-access.ts';

/** What one look found: nothing, or a failure with the mend. */
export interface Look {
  readonly at: string;
  readonly failure: Failure | undefined;
}

/**
 * Looks whether a session could open its door: would sshd take this configuration, and this image root as a jail?
 * Changes nothing; every look is made, whatever the others find.
 */
export async function check(config: SshdConfig): Promise<readonly Look[]> {
  const tools = await toolsOf(config);
  await using image = imageAccess(config, tools);
  // The jail's own lines are added when the door is opened.
  const options = { ...doorOptions(config, image, tools), jail: undefined };
  const looks = [await look('the configuration of sshd', async () => await createDoor(options).attach())];
  if (config.layout.jailed) looks.push(await look('the image root as a jail', image.inspectJail));
  return looks;
}

/** Somebody waits for the answer. */
const PATIENCE_MS = 10_000;

/** Logs in once through a door that is open. @throws Failure LoginProbeFailed, SshdRefused */
export async function probe(config: SshdConfig, signal: AbortSignal): Promise<void> {
  const tools = await toolsOf(config);
  await using image = imageAccess(config, tools);
  const door = createDoor({ ...doorOptions(config, image, tools), timings: { droppedMs: PATIENCE_MS } });
  await door.attach();
  await door.probe(signal);
}

/** The exit code of looks: of the first that found something. */
export function exitCodeOfLooks(looks: readonly Look[]): number {
  return looks.find(({ failure }) => failure !== undefined)?.failure?.exit ?? EXIT_DONE;
}

async function toolsOf({ values }: SshdConfig): Promise<Tools> {
  const logger = await openLogger({ name: 'ims-sshd', level: values.LOG_LEVEL, format: 'text' });
  return { logger, runner: createRunner({ logger }) };
}

async function look(at: string, work: ImageAccess['inspectJail']): Promise<Look> {
  try {
    await work();
    return { at, failure: undefined };
  } catch (error) {
    return { at, failure: asFailure(error) };
  }
}
