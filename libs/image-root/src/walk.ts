// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { Failure } from '@ims/runtime';

import { printable } from './bytes.ts';
import type { Pin } from './pin.ts';

/** A link that was followed; both are byte strings. */
export interface FollowedLink {
  readonly path: string;
  readonly target: string;
}

/** One component still to go. */
export interface Step {
  readonly name: string;
  /** The link whose target this step comes from; none when it is of the path that was asked for. */
  readonly link: FollowedLink | undefined;
}

/** One component behind us. */
export interface Place {
  readonly name: string;
  readonly pin: Pin;
}

/** A resolution under way; all names are byte strings. */
export interface Walk {
  readonly asked: string;
  /** From the root to where we are, each pinned. */
  readonly trail: Place[];
  readonly pending: Step[];
  links: number;
}

/** The components of a path or of a link's target. */
export function stepsOf(path: string, link: FollowedLink | undefined): Step[] {
  return path
    .split('/')
    .filter((name) => name !== '' && name !== '.')
    .map((name) => ({ name, link }));
}

/** Where the walk stands, as seen from inside the image. */
export function pathOf(walk: Walk): string {
  return `/${walk.trail
    .slice(1)
    .map(({ name }) => name)
    .join('/')}`;
}

/** The path of a name where the walk stands. */
export function childOf(walk: Walk, name: string): string {
  return walk.trail.length === 1 ? `/${name}` : `${pathOf(walk)}/${name}`;
}

/** Where the walk stands, for a message. */
export function showPath(walk: Walk): string {
  return printable(pathOf(walk));
}

/** Why a path ends at a step. */
export function absence(walk: Walk, step: Step): string {
  const missing = `${printable(childOf(walk, step.name))} is not there`;
  if (step.link === undefined) return missing;
  return `${printable(step.link.path)} is a link to ${printable(step.link.target)}, but ${missing}`;
}

/** The refusal of a step that climbs above the root, naming the link it comes from. */
export function escape(walk: Walk, step: Step): Failure {
  const { link } = step;
  const message =
    link === undefined
      ? `${printable(walk.asked)} leads out of the image root`
      : `${printable(link.path)} is a link to ${printable(link.target)}, which leads out of the image root`;
  return new Failure('PathEscapesRoot', message);
}
