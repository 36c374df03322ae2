// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { encodeVerdict, type Question, type Verdict } from '@ims/contract';
import type { StateOf } from '@ims/runtime';

import type { ExportPorts, Finding } from './ports.ts';
import type { ExportData, ExportSettings, ExportState, Facts } from './states.ts';
import { dismissShell } from './session-end.ts';
import { afterSession, nextEvent } from './waiting.ts';

/**
 * Checks all that packaging needs the moment the user says complete (H10). While the shell is up the
 * verdict goes to the sshd container, which hands the shell back or closes it.
 */
export async function validate(
  state: StateOf<ExportData, 'Validating'>,
  settings: ExportSettings,
  wait: { readonly ports: ExportPorts; readonly signal: AbortSignal },
): Promise<ExportState> {
  const { ports, signal } = wait;
  const { facts } = state;
  let { question } = state;
  while (question !== undefined) {
    const found = await findings(settings, ports);
    const verdict = judge(found, question, settings.onInvalid);
    await ports.board.post('verdict', encodeVerdict(verdict));
    if (verdict.answer === 'refused') {
      return { phase: 'WaitingOnUser', facts, reason: 'CompleteRefused', message: verdict.reason };
    }
    const event = await nextEvent(ports, signal, { answered: question.id });
    if (event.kind === 'complete' && settings.action === 'customize') return await startPacking(facts, ports);
    if (event.kind === 'gave-up' && verdict.answer === 'rejected') return invalid(facts, found, settings);
    if (event.kind !== 'asked') return await afterSession({ facts, end: event, settings }, ports);
    question = event.question;
  }
  const found = await findings(settings, ports);
  return found[0] === undefined ? await startPacking(facts, ports) : invalid(facts, found, settings);
}

async function startPacking(facts: Facts, ports: ExportPorts): Promise<ExportState> {
  await dismissShell(ports.board, 'complete');
  await ports.journal.append({ step: 'closed', outcome: 'complete', message: '' });
  return { phase: 'Packaging', facts };
}

// After a failed build there is nothing to package: the debug shell may always go.
async function findings(settings: ExportSettings, ports: ExportPorts): Promise<readonly Finding[]> {
  const isDebugShell = settings.action === 'create' && (await ports.board.read('buildFailed')).kind === 'present';
  return isDebugShell ? [] : await ports.inspector.inspect();
}

function invalid(facts: Facts, found: readonly Finding[], { packsBeforeChecking }: ExportSettings): ExportState {
  return packsBeforeChecking === true ? { phase: 'Packaging', facts, found } : failedFor(facts, found);
}

/** The terminal state of a job whose image root lacks something that packaging needs. */
export function failedFor(facts: Facts, found: readonly Finding[]): ExportState {
  return { phase: 'Failed', facts, reason: found[0]?.reason ?? 'ImageInvalid', message: sentence(found) };
}

function sentence(found: readonly Finding[]): string {
  return found.map((finding) => finding.message).join('; ');
}

/** Decides what follows a `complete`: `IMS_ON_INVALID` says whether an invalid image keeps its shell. */
export function judge(found: readonly Finding[], question: Question, onInvalid: ExportSettings['onInvalid']): Verdict {
  if (found.length === 0) return { id: question.id, answer: 'accepted', reason: '' };
  const keepsShell = onInvalid === 'shell' || (onInvalid === 'auto' && question.terminals > 0);
  return { id: question.id, answer: keepsShell ? 'refused' : 'rejected', reason: sentence(found) };
}
