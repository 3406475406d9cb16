export { EventDecoder, type EventDecoderOptions, type EventHandler, isEvent } from './decoder.js';
export { escapeText } from './escape.js';
export { eventLayouts } from './generated-layouts.js';
export { type InventedFields, inventRecord } from './invent-record.js';
export type { EventLayouts } from './layouts.js';
export type { EventContext } from './line.js';
export type { RecordMemory } from './memory.js';
export type {
  Event,
  EventKind,
  EventLine,
  EventObject,
  MalformedEvent,
  MalformedLine,
  MalformedReason,
} from './types.js';
export { EventView } from './view.js';
