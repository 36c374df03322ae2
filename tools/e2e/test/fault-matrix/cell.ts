// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import {
  eventually,
  spawnProgram,
  type ActiveRule,
  type FaultRule,
  type Program,
  type SeenRequest,
} from '@ims/testing';
import { expect } from 'vitest';

import type { World } from '../support/world.ts';
import type { Bench, MakeBench } from './bench.ts';
import { expectGivenUp, expectPublishedOnce, lookAround } from './ending.ts';
import type { Fault } from './faults.ts';
import type { Step } from './steps.ts';

/** What a cell is played with. */
export interface Cell {
  readonly world: World;
  readonly makeBench: MakeBench;
  readonly step: Step;
}

/** Lets a fault meet a step of a job of its own; checks how that ends and tells it in a few words. */
export async function play(cell: Cell, fault: Fault): Promise<string> {
  switch (fault.kind) {
    case 'passing':
      return await overcome(cell, fault);
    case 'refused':
      return await refuse(cell);
    case 'stopped':
      return await stop(cell, fault);
  }
}

type Of<K extends Fault['kind']> = Extract<Fault, { kind: K }>;

async function overcome(cell: Cell, { rule }: Of<'passing'>): Promise<string> {
  const { world, makeBench, step } = cell;
  const bench = await makeBench(step);
  const before = await lookAround(world);
  using active = set(cell, rule(step));
  await finish(bench, bench.commands);
  expectMet(active);
  await expectPublishedOnce(world, bench, before);
  return 'done';
}

/** A job without the call goes on; with it, it ends for good and is resumed when the cause is gone. */
async function refuse(cell: Cell): Promise<string> {
  const { world, makeBench, step } = cell;
  const { refused } = step;
  const once = { fault: '403', times: 1 } as const;
  if (refused === undefined) return await overcome(cell, { kind: 'passing', name: once.fault, rule: () => once });
  const bench = await makeBench(step, BRIEF);
  const before = await lookAround(world);
  using active = set(cell, { fault: '403' });
  const agent = start(bench, bench.commands[0]);
  await agent.ended;
  expectMet(active);
  await expectGivenUp(world, bench, { agent, refused, before });
  active.lift();
  await finish(bench, [bench.again, ...bench.commands.slice(1)]);
  await expectPublishedOnce(world, bench, before);
  return `${refused.reason}, resumed, done`;
}

/** What may pass by itself is waited for no longer than this. */
const BRIEF = { IMS_OUTBOX_TIMEOUT: '3' };

async function stop(cell: Cell, { signal, when }: Of<'stopped'>): Promise<string> {
  const { world, step } = cell;
  const held = when === 'before' ? when : step.held;
  const { requests } = world.proxies[step.proxy];
  const seen = requests.length;
  using active = set(cell, { fault: 'stall', when: held, times: 1 });
  const reached = async (): Promise<void> => {
    await active.hit;
    // The server has done what it was asked, and the agent does not know.
    if (when === 'after') await eventually(() => requests.slice(seen).some(isHeldAnswer));
  };
  return await stopWhen(cell, { signal, reached });
}

/** Stops the agent at an instant and starts it again, as a next pod does. */
export async function stopWhen(
  { world, makeBench, step }: Cell,
  {
    signal,
    reached,
  }: { readonly signal: 'SIGKILL' | 'SIGTERM'; readonly reached: (agent: Program) => Promise<unknown> },
): Promise<string> {
  const bench = await makeBench(step);
  const before = await lookAround(world);
  const agent = start(bench, bench.commands[0]);
  await Promise.race([reached(agent), tooEarly(agent)]);
  agent.kill(signal);
  const end = await agent.ended;
  const stopped = { SIGKILL: { code: null, signal }, SIGTERM: { code: step.stopped, signal: null } };
  expect(end, agent.stderr).toEqual(stopped[signal]);
  await finish(bench, bench.commands);
  await expectPublishedOnce(world, bench, before);
  return `${String(end.code ?? end.signal)}, started again, done`;
}

async function tooEarly(agent: Program): Promise<never> {
  const { code } = await agent.ended;
  throw new Error(`the agent ended with ${String(code)} before the call:\n${agent.stderr}`);
}

function isHeldAnswer({ fault, delivered }: SeenRequest): boolean {
  return fault === 'stall' && delivered > 0;
}

/** Sets a fault for the step that is gone with the cell. */
function set({ world, step }: Cell, rule: Omit<FaultRule, keyof Step['call']>): ActiveRule & Disposable {
  const active = world.proxies[step.proxy].on({ ...step.call, ...rule });
  const lift = (): void => {
    active.lift();
  };
  return Object.assign(active, { [Symbol.dispose]: lift });
}

/** Each call ends well. */
async function finish(bench: Bench, commands: readonly (readonly string[])[]): Promise<void> {
  for (const command of commands) {
    const agent = start(bench, command);
    expect(await agent.ended, agent.stderr).toEqual({ code: 0, signal: null });
  }
}

function start({ job }: Bench, args: readonly string[]): Program {
  return spawnProgram({ app: 'agent', args, env: job.agentEnv });
}

/** A fault that met nobody proves nothing. */
function expectMet(rule: ActiveRule): void {
  expect(rule.hits, 'calls that met the fault').toBeGreaterThan(0);
}
