import { nearest, type SpoorErrorCode } from '@spoor/core';
import { knownSections, sectionSince } from './sections.js';

/** The reason that libbpf gave for a failure. */
export interface Reason {
  readonly code: SpoorErrorCode;
  /** The fault. It follows the name of the object and a colon. */
  readonly message: string;
  readonly remedy: string;
  readonly details: Readonly<Record<string, string>>;
}

interface Rule {
  readonly pattern: RegExp;
  readonly explain: (match: readonly string[], libbpfVersion: string) => Reason;
}

const weakly = 'Declare it __weak, and test that it is there before its use.';

function missing(name: string, what: string, remedy: string): Reason {
  return {
    code: 'EXTERN_MISSING',
    message: `this kernel has no ${what} ${name}, which the object declares as extern`,
    remedy,
    details: { extern: name },
  };
}

/** An extern that libbpf did not find anywhere. */
function unresolved(name: string): Reason {
  if (name.startsWith('CONFIG_')) {
    const remedy = `Declare it __weak: it is 0 then. Otherwise run a kernel with ${name}.`;
    return missing(name, 'option', remedy);
  }
  return missing(name, 'symbol', `${weakly} Otherwise run a kernel that has it.`);
}

function unknownSection(program: string, section: string, libbpfVersion: string): Reason {
  const since = sectionSince(section);
  const details = { program, section, libbpfVersion };
  if (since !== undefined) {
    return {
      code: 'LIBBPF_TOO_OLD',
      message: `libbpf ${libbpfVersion} does not know the section ${section} of the program ${program}`,
      remedy: `Install libbpf ${since} or later, or disable the program before load().`,
      details: { ...details, since },
    };
  }
  const [kind = section, ...target] = section.split('/');
  const close = nearest(kind, knownSections);
  // A kind that is known is not known with this target.
  const named = close === kind ? [kind] : [close, ...target];
  const suggestion = close === undefined ? '' : `Did you mean SEC("${named.join('/')}")? `;
  return {
    code: 'SECTION_UNKNOWN',
    message: `libbpf does not know the section ${section} of the program ${program}`,
    remedy: `${suggestion}https://docs.kernel.org/bpf/libbpf/program_types.html lists the names of sections.`,
    details,
  };
}

function wrongType(name: string, why: string): Reason {
  return {
    code: 'EXTERN_MISSING',
    message: `the extern ${name} has another type in this kernel: ${why}`,
    remedy: 'Declare the extern with the type that the kernel has.',
    details: { extern: name },
  };
}

/** The messages of libbpf, from 1.0 on. The texts differ a little between versions. */
const rules: readonly Rule[] = [
  {
    pattern: /^extern \(func ksym\) '(.+?)': not found/,
    explain: ([, name = '']) =>
      missing(name, 'function', `${weakly} Otherwise load the module that has it (modprobe).`),
  },
  {
    pattern: /^extern \(var ksym\) '(.+?)': not found/,
    explain: ([, name = '']) => missing(name, 'variable', `${weakly} Otherwise run a kernel that has it.`),
  },
  { pattern: /^extern '(.+?)' \(strong\): not resolved/, explain: ([, name = '']) => unresolved(name) },
  {
    pattern: /^extern \(kcfg\) '(.+?)': unrecognized virtual extern/,
    explain: ([, name = '']) => missing(name, 'value', 'Use a name that libbpf knows: LINUX_KERNEL_VERSION.'),
  },
  {
    pattern:
      /^extern \((?:kcfg|var ksym|func ksym)\) '(.+?)': (.*(?:incompatible|impl|isn't|doesn't|invalid).*)$/,
    explain: ([, name = '', why = '']) => wrongType(name, why),
  },
  {
    pattern: /^failed to (?:open|parse) system Kconfig/,
    explain: () => ({
      code: 'UNSUPPORTED',
      message: 'the object needs the configuration of the kernel, which cannot be read',
      remedy: 'Run a kernel with CONFIG_IKCONFIG_PROC=y, or put its configuration into /boot.',
      details: {},
    }),
  },
  {
    pattern: /^prog '(.+?)': missing BPF prog type, check ELF section name '(.*)'/,
    explain: ([, program = '', section = ''], version) => unknownSection(program, section, version),
  },
  {
    pattern: /^failed to find BTF for extern '(.+?)'/,
    explain: ([, name = '']) => ({
      code: 'OBJECT_INVALID',
      message: `the extern ${name} is neither __ksym nor __kconfig, and no part of the object defines it`,
      remedy: 'Declare it so, or link the object that defines it: bpftool gen object.',
      details: { extern: name },
    }),
  },
  {
    pattern: /^sec '(.+?)': program '(.+?)' is static and not supported/,
    explain: ([, section = '', program = '']) => ({
      code: 'OBJECT_INVALID',
      message: `the program ${program} (${section}) is static`,
      remedy: 'Leave out `static`.',
      details: { program, section },
    }),
  },
  {
    pattern: /^struct_ops init_kern: struct (.+?) is not found in kernel BTF/,
    explain: ([, name = '']) => ({
      code: 'UNSUPPORTED',
      message: `this kernel has no struct ${name}, which a struct_ops map of the object implements`,
      remedy: 'Run a kernel that has it, or disable the map before load().',
      details: { struct: name },
    }),
  },
  {
    pattern: /^struct_ops init_kern (.+?): Cannot find member (\S+) in kernel BTF/,
    explain: ([, map = '', member = '']) => ({
      code: 'UNSUPPORTED',
      message: `the struct of the map ${map} has no member ${member} in this kernel`,
      remedy: `Leave ${member} out, or run a kernel that has it.`,
      details: { map, member },
    }),
  },
];

/** Returns the reason why libbpf failed to open or to load an object, if its messages name one. */
export function libbpfReason(messages: readonly string[], libbpfVersion: string): Reason | undefined {
  for (const message of messages) {
    for (const { pattern, explain } of rules) {
      const match = pattern.exec(message);
      if (match !== null) return explain(match, libbpfVersion);
    }
  }
  return undefined;
}

/** Messages of work that goes on, or that only repeat an errno. */
const indecisive =
  /Retrying without BTF|Failed to bump RLIMIT_MEMLOCK|^failed to (load|open) object|: failed to (load|initialize): -?\w+$/;

/** The first message that says why something failed. The later ones follow from it. */
export function decisiveMessage(messages: readonly string[]): string | undefined {
  return messages.find((message) => message !== '' && !indecisive.test(message));
}

/** The program that the kernel refused to load. */
export function refusedProgram(messages: readonly string[]): string | undefined {
  for (const message of messages) {
    const name = /^prog '(.+?)': (?:BPF program load failed|failed to load)/.exec(message)?.[1];
    if (name !== undefined) return name;
  }
  return undefined;
}
