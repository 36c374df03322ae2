// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

export { createBoard, type BoardOptions, type ClosableBoard } from './board.ts';
export { decodeSentinel, encodeSentinel, noteWith, SENTINEL_LIMIT, type PresentSentinel } from './decode.ts';
export { clearSentinel, postSentinel, readSentinel, type ReadRule } from './file.ts';
export { createHeartbeat, type Heartbeat, type HeartbeatOptions } from './heartbeat.ts';
export { createPeer, type PeerOptions } from './peer.ts';
export { ensurePrivateDirectory } from './private-directory.ts';
export { keepReserve } from './reserve.ts';
export { openEndingBoard, type EndingBoardOptions } from './ending-board.ts';
export {
  userDirectoryOf,
  volumeDirectory,
  type ImageDirectories,
  type OpenDirectory,
  type UserDirectory,
} from './user-directory.ts';
