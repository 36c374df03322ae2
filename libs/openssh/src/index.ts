// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

export { amendConfig, isAmended, type Amendment } from './amend-config.ts';
export { bannerAnswers, type BannerOptions } from './banner.ts';
export { createPresence, type Presence } from './presence.ts';
export { HOST_KEY_TYPES, POD_CONFIG_DIRECTORY, renderBaseConfig, type BaseSettings } from './base-config.ts';
export { checkConfigPath, checkConfigValue } from './config-value.ts';
export type { DoorOptions, DoorTimings, SshDoor } from './door-options.ts';
export type { Round } from './ending.ts';
export { createKeyNames, type KeyNames } from './key-names.ts';
export { createLogFollower, type LogFollower, type LogFollowerOptions } from './log-follower.ts';
export { parseSshdOptions, type SshdOptions } from './options.ts';
export { readProcessTable } from './process-table.ts';
export { createSessions, type SessionsOptions } from './sessions.ts';
export { createDoor } from './sshd.ts';
export type { DoorProcesses } from './traces.ts';
export { isOwnNamespace } from './users-processes.ts';
export { readKeys, writeDoorFiles, type DoorFiles, type DoorFilesOptions } from './write-config.ts';
export type { SessionVariables, ShellEnvironment } from './set-env.ts';
