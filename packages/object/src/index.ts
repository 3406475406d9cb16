export { type Feature, features } from './features/features.js';
export type { FeatureName } from './features/probes.js';
export { type SystemInfo, systemInfo } from './features/system-info.js';
export type { Pointer } from './ffi/driver.js';
export type { LinkType } from './links/attachment.js';
export { Link, type LinkInfo } from './links/link.js';
export type {
  AttachTarget,
  CgroupTarget,
  FreplaceTarget,
  IteratorTarget,
  KprobeMultiTarget,
  KprobeTarget,
  LircTarget,
  NetfilterTarget,
  NetkitTarget,
  NetnsTarget,
  PerfEventName,
  PerfEventTarget,
  RawTracepointTarget,
  SocketTarget,
  SockmapTarget,
  SyscallTarget,
  TcTarget,
  TracepointTarget,
  TraceTarget,
  UprobeTarget,
  UsdtTarget,
  XdpTarget,
} from './links/targets.js';
export type { Constant } from './load/constants.js';
export { type AttachedLinks, type LeftAlone, LoadedObject } from './load/loaded-object.js';
export { type OpenOptions, openObject } from './load/open-object.js';
export { OpenedObject } from './load/opened-object.js';
export type { LoadOptions, OpenedMap, OpenedProgram } from './load/opened-parts.js';
export { Globals } from './maps/globals.js';
export { KernelMap } from './maps/kernel-map.js';
export {
  createMap,
  type MapPlace,
  type MapShapeOptions,
  OwnMap,
  openMap,
} from './maps/own-map.js';
export { type DescriptorSource, setDescriptor } from './maps/set-descriptor.js';
export type { Variable } from './maps/variable.js';
export type { FunctionTarget } from './programs/function-target.js';
export { LoadedProgram, type ProgramInfo } from './programs/program.js';
export type { TestRun, TestRunResult } from './programs/test-run.js';
export { type OpenPerfBufferOptions, openPerfBuffer } from './rings/open-perf-buffer.js';
export { type OpenRingOptions, openRing } from './rings/open-ring.js';
export type { RecordTypes } from './rings/record-decoder.js';
export type { RingOptions } from './rings/ring-options.js';
export { TypedRing, type TypedRingOptions } from './rings/typed-ring.js';
export { openUserRing, UserRing } from './rings/user-ring.js';
