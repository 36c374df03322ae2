// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

// The lint looks at imports; this looks at what the projects declare: their tags, and that no package.json asks for
// what the project's tags do not let it import.

import { allowedScopes, SCOPES, TYPES, VENDORS } from '../lint/boundaries.js';
import { readProjects, tagProblems } from '../lint/projects.js';

/** A workspace as `tools/lint/projects.js` reads it. */
export interface Project {
  readonly name: string;
  readonly folder: string;
  readonly tags: readonly string[];
  readonly dependencies: readonly string[];
}

/** What is wrong with what the projects declare, one sentence each. */
export function boundaryProblems(projects: readonly Project[]): string[] {
  const known = { types: Object.keys(TYPES), scopes: Object.keys(SCOPES) };
  const byName = new Map(projects.map((project) => [project.name, project]));
  return projects.flatMap((project) => [
    ...tagProblems({ name: project.name, tags: [...project.tags] }, known),
    ...project.dependencies.flatMap((dependency) => {
      const target = byName.get(dependency);
      return target === undefined ? vendorProblems(project, dependency) : projectProblems(project, target);
    }),
  ]);
}

function projectProblems(project: Project, target: Project): string[] {
  const type = tag(project, 'type');
  const scope = tag(project, 'scope');
  const lawful =
    TYPES[type]?.includes(tag(target, 'type')) === true && allowedScopes(type, scope).includes(tag(target, 'scope'));
  if (lawful) return [];
  return [`${project.name} (${project.tags.join(', ')}) may not depend on ${target.name} (${target.tags.join(', ')})`];
}

function vendorProblems(project: Project, dependency: string): string[] {
  const owners = Object.entries(VENDORS).find(([name]) => name === dependency)?.[1];
  if (owners === undefined) return [`${dependency} in ${project.folder} has no row in the table of vendor packages`];
  return owners.includes(project.folder)
    ? []
    : [`${dependency} belongs to ${owners.join(', ')}, not to ${project.folder}`];
}

function tag(project: Project, kind: string): string {
  return project.tags.find((found) => found.startsWith(`${kind}:`))?.slice(kind.length + 1) ?? 'none';
}

if (import.meta.main) {
  const problems = boundaryProblems(readProjects());
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
