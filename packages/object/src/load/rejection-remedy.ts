/** The remedy for what the verifier says most often. The first pattern in the log decides. */
const remedies: readonly (readonly [pattern: RegExp, remedy: string])[] = [
  [
    /from non-GPL compatible program|GPL-restricted/,
    'Declare the licence in the source: char LICENSE[] SEC("license") = "GPL";',
  ],
  [
    /failed to resolve CO-RE relocation|invalid CO-RE relocation/,
    'This kernel lacks the field or the type: test for it, with bpf_core_field_exists() or bpf_core_type_exists().',
  ],
  [
    /unknown func |invalid func /,
    'This kernel lacks the helper, or has it for other types of programs: `features` tells what there is.',
  ],
  [
    /BPF program is too large|too many instructions|loop is too complex|back-edge/,
    'Divide the program, or bound its loops: bpf_loop() since kernel 5.17.',
  ],
];

/**
 * Returns what to do about a log of the verifier.
 *
 * @param lacking capabilities that the process lacks, of those that the program may need
 */
export function rejectionRemedy(log: string, lacking: readonly string[]): string {
  const [, remedy = 'Change the source where the log ends. `details.log` has the whole log.'] =
    remedies.find(([pattern]) => pattern.test(log)) ?? [];
  if (lacking.length === 0) return remedy;
  return `${remedy} The process is without ${lacking.join(' and ')}: the verifier allows less then.`;
}
