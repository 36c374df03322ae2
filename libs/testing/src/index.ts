// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

export { awsCli, type AwsCli, type StoreAddress } from './aws-cli.ts';
export { arm64Image, bzImage, cpio, elf, initrdOf, microcode } from './boot-images.ts';
export { createCertificates, type Certificates } from './certificates.ts';
export { findCeph, startCephStore, type CephStore, type CephUser } from './ceph-store.ts';
export { cleanUp, onCleanup } from './cleanup.ts';
export { mountsBelow, removeTree, temporaryDirectory, TEST_HOME } from './directory.ts';
export { eventually } from './eventually.ts';
export { createFakeBoard, type FakeBoard } from './fake-board.ts';
export { createFakeClock, type FakeClock } from './fake-clock.ts';
export {
  startFakeIms,
  type FakeIms,
  type FakeImsOptions,
  type ImsCall,
  type ImsImage,
  type ImsJob,
  type ImsLink,
} from './fake-ims/index.ts';
export { createFakePeer, type FakePeer } from './fake-peer.ts';
export type { SeenRequest } from './fault-proxy/exchange.ts';
export { FAULTS, type FaultName } from './fault-proxy/faults.ts';
export type { FaultOptions } from './fault-proxy/options.ts';
export { startFaultProxy, type FaultProxy, type FaultProxyOptions } from './fault-proxy/proxy.ts';
export type { ActiveRule, FaultRule } from './fault-proxy/rules.ts';
export { startImageServer, type ImageBehaviour, type ImageRequest, type ImageServer } from './image-server.ts';
export { HOSTILE_WAITS, LONGEST_WAIT_MS, passBetweenAttempts } from './hostile-waits.ts';
export { imageTemplate } from './image-template.ts';
export { createSshKey, type SshKey } from './keys.ts';
export { kubernetesClients, type KubernetesClients } from './kubernetes-clients.ts';
export { createInstantClock } from './instant-clock.ts';
export type { LogLine } from './line-log.ts';
export { startObjectStore, type ObjectStore, type ObjectStoreOptions } from './object-store.ts';
export { bundled, otherNodes, promisedNodes, type OtherNode } from './other-nodes.ts';
export { ODD_VALUES, runHere } from './odd-values.ts';
export { freePort } from './ports.ts';
export { endProcessesUnder, isRunning, processesUnder, signalTo, type SeenProcess } from './processes.ts';
export {
  followed,
  NODE,
  runProgram,
  SOURCE_TREE,
  spawnProgram,
  type Program,
  type ProgramEnd,
  type ProgramOptions,
} from './program.ts';
export { recordingLogger, type LogEntry, type RecordingLogger } from './recording-logger.ts';
export { scrape, type Sample, type Scraped } from './scrape.ts';
export { startTokenServer, type TokenRequest, type TokenServer, type TokenServerOptions } from './token-server.ts';
export { createVolume, type Volume } from './volume.ts';
export {
  startWebServer,
  type Away,
  type ServerTls,
  type WebAnswer,
  type WebRequest,
  type WebServer,
} from './web-server.ts';
