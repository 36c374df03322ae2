// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

export { cleanUp, onCleanup } from './cleanup.ts';
export { mountsBelow, removeTree, temporaryDirectory, TEST_HOME } from './directory.ts';
export { eventually } from './eventually.ts';
export { createFakeBoard, type FakeBoard } from './fake-board.ts';
export { createFakeClock, type FakeClock } from './fake-clock.ts';
export { createFakePeer, type FakePeer } from './fake-peer.ts';
export { imageTemplate } from './image-template.ts';
export { createSshKey, type SshKey } from './keys.ts';
export type { LogLine } from './line-log.ts';
export { freePort } from './ports.ts';
export { endProcessesUnder, isRunning, processesUnder, signalTo, type SeenProcess } from './processes.ts';
export {
  NODE,
  runProgram,
  SOURCE_TREE,
  spawnProgram,
  type Program,
  type ProgramEnd,
  type ProgramOptions,
} from './program.ts';
export { recordingLogger, type LogEntry, type RecordingLogger } from './recording-logger.ts';
export { createVolume, type Volume } from './volume.ts';
