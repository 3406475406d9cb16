export { processId } from './identity/process-id.js';
export { jsonLine, writeJsonLine } from './json/json-line.js';
export type { EventContext, ExecutedFile, ReplacedScopes, ScopeNames } from './json/line.js';
export { LineBuffer } from './json/line-buffer.js';
export {
  type AddressQuery,
  NameCache,
  type NameCacheOptions,
  type NameOfAddress,
  type ReceivedAnswer,
} from './names/name-cache.js';
export { canCompress } from './recording/compress.js';
export type { Compression } from './recording/format.js';
export type { RecordingHeader } from './recording/header.js';
export {
  type DropsMarker,
  type GapMarker,
  type MarkerLine,
  marker,
  type RecordingMarker,
} from './recording/marker.js';
export { openRecording } from './recording/open-recording.js';
export { type PacedOptions, paced } from './recording/paced.js';
export {
  type MarkerHandler,
  Recording,
  type RecordingEnd,
} from './recording/reader.js';
export { RecordingWriter, type RecordingWriterOptions } from './recording/writer.js';
export { EventDecoder, type EventDecoderOptions, type EventHandler, isEvent } from './view/decoder.js';
export { eventLayouts, layoutsOfKernel } from './view/generated-layouts.js';
export type { EventLayouts } from './view/layouts.js';
export type { RecordHandler, RecordMemory } from './view/memory.js';
export type {
  Event,
  EventKind,
  EventLine,
  EventMethods,
  EventObject,
  EventOf,
  KindOf,
  MalformedEvent,
  MalformedLine,
  MalformedReason,
} from './view/types.js';
