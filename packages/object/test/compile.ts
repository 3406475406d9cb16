import { compileBpfFixture } from '../../../scripts/lib/bpf-fixture.mjs';

/** Compiles `./fixtures/bpf/<name>.bpf.c`; the arguments are those of `compileBpfFixture`. */
export const compileFixture = (
  name: string,
  defines?: readonly string[],
  options?: { readonly btf?: boolean },
) => compileBpfFixture(new URL(`./fixtures/bpf/${name}.bpf.c`, import.meta.url), defines, options);
