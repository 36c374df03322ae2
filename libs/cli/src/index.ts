// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

export { isAwaited, isInPod, podName } from './ending/awaited.ts';
export { orEndJob, type JobEnding, type JobProgram } from './ending/or-end-job.ts';
export { releaseAgent, type AgentRelease } from './ending/release-agent.ts';
export { releaseSshd } from './ending/release-sshd.ts';
export { statusOfRefusal } from './ending/refused-status.ts';
export { endProcess, type EndingProcess } from './end-process.ts';
export { exitCodeAsked } from './exit-code.ts';
export { runProcess, type OwnProcess, type Start } from './run-process.ts';
export { runProgram, type Act, type CommonOptions, type Program } from './program.ts';
export { terminationOf, type SignalSource, type Termination } from './termination.ts';
export { volumeArgument } from './volume-argument.ts';
