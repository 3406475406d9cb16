/** The values of `--format`. Each has a line in `renderers.ts`, which is loaded when a trace is shown. */
export const formats = ['table', 'tree', 'json'] as const;

export type Format = (typeof formats)[number];
