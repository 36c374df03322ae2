// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { complaintOf, errorLinesOf, Failure, type Outcome } from '@ims/runtime';

const FULL = /No space left on device|Disk quota exceeded/;

// ACLs are the one kind of attribute that squashfs cannot hold; mksquashfs says so and goes on.
const HARMLESS = /^Unrecognised xattr prefix /;

/** A tool that was run, and what its failure means to the job. */
export interface Tool {
  readonly program: string;
  /** What it was doing: `packing /mnt/image/image-root`. */
  readonly doing: string;
  /** Where it wrote, for a full file system. */
  readonly target: string;
  readonly reason: 'PackingFailed' | 'ConfigurationInvalid';
  readonly advice: string;
}

/** The failure that an outcome stands for, or `undefined` when the tool did all it was asked to do. */
export function failureOf(tool: Tool, outcome: Outcome): Failure | undefined {
  if (outcome.notFound) {
    return new Failure('PackingFailed', `${tool.program} is not installed or cannot be executed`, {
      advice: 'install squashfs-tools, then resume the job',
    });
  }
  if (outcome.exitCode === 0) return undefined;
  const lines = errorLinesOf(outcome.stderr).filter((line) => !HARMLESS.test(line));
  const full = lines.find((line) => FULL.test(line));
  if (full !== undefined) return new Failure('NoSpace', `${tool.target} filled up while ${tool.doing}: ${full}`);
  if (outcome.endedBySignal !== undefined) {
    return new Failure('PackingFailed', `${tool.program} was ended by ${outcome.endedBySignal} while ${tool.doing}`, {
      advice: "look whether the container's memory limit was reached, then resume the job",
    });
  }
  const said = complaintOf({ ...outcome, stderr: lines.join('\n') });
  const how = outcome.exitCode === undefined ? 'could not be started' : `ended with code ${String(outcome.exitCode)}`;
  return new Failure(tool.reason, `${tool.program} ${how} while ${tool.doing}: ${said}`, { advice: tool.advice });
}

/** What mksquashfs said besides its progress that people should read: each line once. */
export function remarksOf(outcome: Outcome): readonly string[] {
  return errorLinesOf(outcome.stderr);
}
