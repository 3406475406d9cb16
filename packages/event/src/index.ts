export { EventDecoder, type EventDecoderOptions, type EventHandler, isEvent } from './decoder.js';
export { eventLayouts } from './generated-layouts.js';
export { type InventedFields, inventRecord } from './invent-record.js';
export { jsonLine, writeJsonLine } from './json-line.js';
export type { EventLayouts } from './layouts.js';
export type { EventContext, ReplacedScopes, ScopeNames } from './line.js';
export { LineBuffer } from './line-buffer.js';
export type { RecordHandler, RecordMemory } from './memory.js';
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
export type {
  Event,
  EventKind,
  EventLine,
  EventMethods,
  EventObject,
  MalformedEvent,
  MalformedLine,
  MalformedReason,
} from './types.js';
