import type { Environment } from '../features/environment.js';

/** Types of `enum bpf_prog_type` that need CAP_PERFMON: `is_perfmon_prog_type` of the kernel. */
const tracingTypes: ReadonlySet<number> = new Set([2, 5, 7, 17, 24, 26, 27, 28, 29]);

/** Types that need CAP_NET_ADMIN: `is_net_admin_prog_type` of the kernel. */
const networkTypes: ReadonlySet<number> = new Set([
  ...[3, 4, 6, 9, 10, 11, 12, 13, 14, 15, 16, 18, 19, 20, 22, 23, 25, 28, 32],
]);

/** Map types of `enum bpf_map_type` that need CAP_NET_ADMIN: sockets, devices and XDP sockets. */
const networkMaps: ReadonlySet<number> = new Set([14, 15, 17, 18, 25]);

export interface Needs {
  /** `enum bpf_prog_type` of programs that the kernel may have refused. */
  readonly programTypes: readonly number[];
  /** `enum bpf_map_type` of a map that it refused. */
  readonly mapType?: number | undefined;
}

/**
 * Returns the capabilities that the process lacks, of those that the refused programs or the map
 * need.
 */
export function lackingCapabilities(needs: Needs, environment: Environment): readonly string[] {
  const { programTypes, mapType } = needs;
  const traces = programTypes.some((type) => tracingTypes.has(type));
  const network = programTypes.some((type) => networkTypes.has(type));
  const lacking = environment.missingCapabilities.filter((name) => name !== 'CAP_PERFMON' || traces);
  const needsNetwork = network || (mapType !== undefined && networkMaps.has(mapType));
  return needsNetwork && environment.lacksNetAdmin ? [...lacking, 'CAP_NET_ADMIN'] : lacking;
}
