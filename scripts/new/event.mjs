/** `pnpm new event NAME`: an event at the return of a system call, or at a tracepoint. */
import { existsSync, readFileSync } from 'node:fs';
import { blank, Edits, spellings } from './files.mjs';

/** The headers of the C library with the numbers of the system calls: x86-64, i386 and arm64. */
const tables = [
  '/usr/include/x86_64-linux-gnu/asm/unistd_64.h',
  '/usr/include/x86_64-linux-gnu/asm/unistd_32.h',
  '/usr/include/asm-generic/unistd.h',
];

/**
 * @param {string} call
 * @returns {string} its numbers, NONE where an architecture has no such call
 */
function numbersOf(call) {
  const numbers = tables.map((path) => {
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    return new RegExp(`^#define __NR_${call} (\\d+)$`, 'm').exec(text)?.[1] ?? 'NONE';
  });
  return numbers.join(', ');
}

const registry = 'bpf/events/registry.h';
const registryLine = /^\t(?:HOOK|SYSCALL)\((\d+), .*$/m;

/**
 * Adds the line of the event, with the next free number.
 *
 * @param {Edits} edits
 * @param {string} entry with # for the number
 */
function register(edits, entry) {
  const lines = [...edits.read(registry).matchAll(new RegExp(registryLine, 'gm'))];
  const number = Math.max(...lines.map((match) => Number(match[1]))) + 1;
  const last = lines.at(-1)?.[0] ?? '';
  const width = lines[0]?.[0].length ?? 0;
  edits.replace(
    registry,
    last,
    `${last.trimEnd().padEnd(width - 1)}\\\n\t${entry.replace('#', String(number))}`,
  );
}

/** @param {string} snake @param {string} members @param {string} rest @param {string} includes */
const header = (snake, members, rest, includes) => `#ifndef SPOOR_EVENTS_${snake.toUpperCase()}_H
#define SPOOR_EVENTS_${snake.toUpperCase()}_H

${includes}
/* ${blank}: say in one sentence what happened. */
struct ${snake}_event {
	struct event_header header;
${members}};
${rest}
#endif
`;

/** @param {string} snake */
const callHeader = (snake) =>
  header(
    snake,
    `	/* 0, or -errno */
	__s32 result;
	/* the first argument of the call */
	__u32 argument;
`,
    `
static __always_inline bool fill_${snake}(struct frame *frame, struct task_struct *task, const struct syscall *call)
{
	struct ${snake}_event *event = (void *)frame->record;

	event->result = call->result;
	event->argument = call->arguments[0];
	return true;
}
`,
    `#include "../lib/syscalls.h"
#include "record.h"

#define SYSCALLS_${snake}(SYSCALL, kind) SYSCALL(kind, ${numbersOf(snake)}, 0)
`,
  );

/** @param {string} snake */
const hookHeader = (snake) => header(snake, '	__u32 number;\n	__u32 unused;\n', '', '#include "event.h"\n');

/** @param {string} snake @param {string} tracepoint */
const hookProgram = (snake, tracepoint) => {
  const upper = snake.toUpperCase();
  return `/* ${blank}: say when the kernel runs this hook, and in which task. */
#ifndef SPOOR_PROGRAMS_${upper}_H
#define SPOOR_PROGRAMS_${upper}_H

#include "../events/${snake}.h"
#include "collect.h"

/* A function of its own, for the stack's sake. */
static __noinline int tell_${snake}(struct frame *frame, const struct scope_set *set, __u32 number)
{
	struct ${snake}_event *event = (void *)frame->record;

	record_begin(frame, set, EVENT_${upper}, sizeof(*event));
	event->number = number;
	event->unused = 0;
	record_append_exe(frame);
	record_end(frame, activity);
	return 0;
}

/* The arguments are those of the tracepoint: include/trace/events/ in the kernel's sources. */
SEC("?tp_btf/${tracepoint}")
int BPF_PROG(on_event_${snake}, int number)
{
	const struct scope_set *set = scopes_current();
	struct subject subject = subject_of(bpf_get_current_task_btf());
	struct frame *frame = frame_take(EVENT_${upper});

	if (!frame)
		return 0;
	if (set && collect(frame, &subject, set, ORIGIN_RECOVERED_KERNEL) && (frame->matched & set->events[EVENT_${upper}]))
		tell_${snake}(frame, set, number);
	frame_release();
	return 0;
}

#endif
`;
};

const declarations = 'bpf/src/events';

/** @param {Edits} edits @param {ReturnType<typeof spellings>} name @param {boolean} isHook */
function declare(edits, { kebab, camel }, isHook) {
  const [field, given] = isHook ? ['number', ''] : ['argument', ', error: error()'];
  edits.create(
    `${declarations}/${kebab}.ts`,
    `import { declareEvent } from './field.js';
import { ${isHook ? '' : 'error, '}integer } from './fields.js';

export const ${camel} = declareEvent({
  summary: '${blank}',
  data: { ${field}: integer('${blank}')${given} },
});
`,
  );
  const index = `${declarations}/index.ts`;
  edits.insertSorted(index, /^import \{.*\} from '\.\/.*$/m, `import { ${camel} } from './${kebab}.js';`);
  edits.replace(
    index,
    /^\} as const satisfies/m,
    `  ${kebab === camel ? camel : `'${kebab}': ${camel}`},\n} as const satisfies`,
  );
}

const everyKind = 'packages/tracer/src/events/every-kind.kernel.test.ts';

/**
 * @param {string} name
 * @param {{ hook?: string | undefined }} options
 * @returns {import('./files.mjs').Skeleton}
 */
export function newEvent(name, { hook }) {
  const spelled = spellings(name);
  const { snake, upper } = spelled;
  const edits = new Edits();
  edits.create(`bpf/events/${snake}.h`, hook === undefined ? callHeader(snake) : hookHeader(snake));
  if (hook === undefined) {
    register(edits, `SYSCALL(#, ${upper}, ${snake}, activity)`);
    edits.insertSorted(
      'bpf/programs/syscall.h',
      /^#include "\.\.\/events\/.*$/m,
      `#include "../events/${snake}.h"`,
    );
  } else {
    register(edits, `HOOK(#, ${upper}, ${snake}, activity)`);
    edits.create(`bpf/programs/${snake}.h`, hookProgram(snake, hook));
    edits.insertAfter(
      'bpf/spoor.bpf.c',
      /^#include "programs\/module\.h"$/m,
      `#include "programs/${snake}.h"`,
    );
  }
  declare(edits, spelled, hook !== undefined);
  const trigger = hook === undefined ? `must(syscall(SYS_${snake}, ${blank}));` : `${blank};`;
  edits.insertAfter(everyKind, /^ {4}main: `$/m, `      ${trigger}`);
  const next = [
    `bpf/events/${snake}.h: write what happened, and the fields that the event has.`,
    hook === undefined
      ? 'bpf/programs/results.h: add the event to RETURNS_ZERO, if its calls return 0 or an error.'
      : `bpf/programs/${snake}.h: take the arguments of the tracepoint.`,
    `${declarations}/${spelled.kebab}.ts: describe the event and its fields.`,
    `${everyKind}: make the event happen.`,
    'pnpm generate',
    `pnpm vitest run --project kernel ${everyKind}`,
    'pnpm api && pnpm check',
  ];
  return { edits, next };
}
