import type { ProcessTree } from '@spoor/tracer';
import { jsonRenderer } from './json.js';
import type { OutputName } from './output-name.js';
import type { Renderer, RendererOptions } from './renderer.js';
import { tableRenderer } from './table.js';
import { treeRenderer } from './tree.js';

/** `processes`: the tree as it is when it is asked for. */
type MakeRenderer = (options: RendererOptions, processes: () => ProcessTree) => Renderer;

/** Every form of output, by the name that `--output` takes. */
export const renderers = {
  table: tableRenderer,
  tree: treeRenderer,
  json: jsonRenderer,
} as const satisfies Record<OutputName, MakeRenderer>;
