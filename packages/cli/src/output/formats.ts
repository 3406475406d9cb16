/** The values of `--format`. `renderers.ts` has one line for each. */
export const formats = ['table', 'tree', 'json'] as const;

export type Format = (typeof formats)[number];
