import type { ProcessTree } from '@spoor/tracer';
import type { Format } from './formats.js';
import { jsonRenderer } from './json.js';
import type { Renderer, RendererOptions } from './renderer.js';
import { tableRenderer } from './table.js';
import { treeRenderer } from './tree.js';

/** @param processes returns the tree as it is at the call */
type MakeRenderer = (options: RendererOptions, processes: () => ProcessTree) => Renderer;

/** The renderer of each `--format`. */
export const renderers = {
  table: tableRenderer,
  tree: treeRenderer,
  json: jsonRenderer,
} as const satisfies Record<Format, MakeRenderer>;
