import { writeJsonLine } from '@spoor/event';
import type { Renderer } from './renderer.js';

/** Writes one JSON object per line. */
export function jsonRenderer(): Renderer {
  return {
    begin: () => '',
    event: writeJsonLine,
    end: () => '',
  };
}
