/** What `--output` takes: each has a line in `renderers.ts`, which is read when there is something to show. */
export const outputNames = ['table', 'tree', 'json'] as const;

export type OutputName = (typeof outputNames)[number];
