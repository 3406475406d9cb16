// The kernel is the other subject of the conformance suite; only tests reach it, and only through here.
// biome-ignore lint/style/noRestrictedImports: see above; the packages' own code imports @spoor/btf alone.
export { KernelMap, type LoadedObject, type OpenedObject, openObject } from '@spoor/object';
