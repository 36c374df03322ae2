// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { createLogger, textRenderer, type LevelName, type ProgramLogger } from '@ims/logging';
import { createRunner } from '@ims/process';
import type { World } from './config.ts';
import { forPeople, type Detail } from './text/for-people.ts';
import { homeAt } from './job/home.ts';
import type { Narrator } from './pair/narrator.ts';
import type { LocalPorts } from './ports.ts';
import { findPrograms } from './pair/programs.ts';

/** How `ims-job` speaks in this run. */
export interface Voice {
  readonly home: string;
  readonly output: 'text' | 'json';
  readonly logLevel: string;
  /** How much of the pair's log a person sees. */
  readonly detail: Detail;
}

/** Joins everything that running a job needs. */
export function wire(world: World, voice: Voice): LocalPorts {
  const { logger, narrator, end } = voice.output === 'text' ? speakText(world, voice) : speakJson(world, voice);
  return {
    home: homeAt(voice.home),
    runner: createRunner({ logger }),
    programs: findPrograms(world.main, world.node),
    env: world.env,
    logger,
    narrator,
    interruption: world.interruption,
    self: world.self,
    end,
  };
}

interface Speaker {
  readonly logger: ProgramLogger;
  readonly narrator: Narrator;
  readonly end: () => void;
}

function speakText(world: World, voice: Voice): Speaker {
  const { stderr, mayColour } = world;
  const renderer = textRenderer({ stream: stderr, color: mayColour && stderr.isTTY });
  const logger = loggerTo((line) => renderer.line(line), voice);
  const narrator: Narrator = {
    hear: (_source, line) => {
      const shown = forPeople(line, voice.detail);
      // Without a terminal there is no bar for progress to move.
      const isProgress = !stderr.isTTY && line.includes('"progress":');
      if (shown !== undefined && !isProgress) renderer.line(shown);
    },
    echo: (line) => renderer.line(`    | ${line}`),
    tell: (lines) => lines.forEach((line) => renderer.line(line)),
  };
  return { logger, narrator, end: () => renderer.close() };
}

function speakJson(world: World, voice: Voice): Speaker {
  const write = (line: string): void => world.stderr.write(line.endsWith('\n') ? line : `${line}\n`);
  const logger = loggerTo(write, voice);
  const narrator: Narrator = {
    hear: (source, line) => {
      if (line.startsWith('{')) write(line);
      else logger.warn({ source }, line);
    },
    echo: (line) => logger.info({ source: 'script' }, line),
    tell: (lines) => logger.info({ instructions: lines.filter((line) => line !== '') }, 'the image is open'),
  };
  return { logger, narrator, end: () => undefined };
}

function loggerTo(write: (line: string) => void, voice: Voice): ProgramLogger {
  return createLogger({ name: 'ims-job', level: voice.logLevel as LevelName, destination: { write } });
}
