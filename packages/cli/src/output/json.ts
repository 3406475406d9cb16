import { jsonLine, writeJsonLine } from '@spoor/event';
import type { Renderer, RendererOptions } from './renderer.js';

/** Writes one JSON object per line. */
export function jsonRenderer({ machine }: RendererOptions): Renderer {
  return {
    begin: () => (machine === undefined ? '' : `${jsonLine({ toJSON: () => machine })}\n`),
    event: writeJsonLine,
    end: () => '',
  };
}
