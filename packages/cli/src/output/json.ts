import { writeJsonLine } from '@spoor/event';
import type { Renderer } from './renderer.js';

/** One object a line. */
export function jsonRenderer(): Renderer {
  return {
    begin: () => '',
    event: writeJsonLine,
    end: () => '',
  };
}
