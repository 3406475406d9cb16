/** `pnpm new event NAME`: an event at the return of a system call, or at a tracepoint. */
import { existsSync, readFileSync } from 'node:fs';
import { Failure } from '../lib/output.mjs';
import { callTables } from '../lib/syscalls.mjs';
import { blank, Edits, spellings } from './files.mjs';
import { recipe } from './steps.mjs';

/**
 * @param {readonly string[]} calls
 * @returns {{ lines: string[], notes: string[], i386: readonly string[] }} one SYSCALL line per
 *   call, what to print about them, and their numbers for 32-bit callers
 */
function numbersOf(calls) {
  const tables = callTables();
  const [, compat] = tables;
  const found = calls.map((call) => ({
    call,
    numbers: tables.map((table) =>
      table.calls === undefined ? blank : String(table.calls.get(call) ?? 'NONE'),
    ),
  }));
  const unknown = found.find(({ numbers }) => numbers.every((number) => number === 'NONE'));
  if (unknown !== undefined) {
    const message = `${unknown.call}: the headers have no system call of this name; give the calls with --call`;
    throw new Failure(message, { status: 2 });
  }
  const missing = tables.filter((table) => table.calls === undefined);
  return {
    lines: found.map(({ numbers }) => `SYSCALL(kind, ${numbers.join(', ')}, 0)`),
    i386: found.map(({ numbers: [, number = blank] }) => number),
    notes: [
      ...found.map(
        ({ call, numbers }) =>
          `${call}: ${tables.map(({ machine }, at) => `${numbers[at]} on ${machine}`).join(', ')}`,
      ),
      ...calls.flatMap((call) =>
        ['32', '64'].flatMap((width) => {
          const number = compat?.calls?.get(`${call}${width}`);
          return number === undefined ? [] : [`i386 also has ${call}${width}: ${number}`];
        }),
      ),
      ...missing.map(({ machine }) => `the headers of ${machine} are missing: write its numbers yourself`),
    ],
  };
}

const kernelTypes = '/sys/kernel/btf/vmlinux';

/** @param {string} tracepoint */
function mustExist(tracepoint) {
  if (!existsSync(kernelTypes) || readFileSync(kernelTypes).includes(`\0btf_trace_${tracepoint}\0`)) return;
  const message = `${tracepoint}: this kernel has no tracepoint of this name (btf_trace_${tracepoint} in ${kernelTypes})`;
  throw new Failure(message, { status: 2 });
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

/** @param {string} snake @param {readonly string[]} lines */
const callHeader = (snake, lines) =>
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

#define SYSCALLS_${snake}(SYSCALL, kind) ${lines.length === 1 ? lines[0] : ['', ...lines].join(' \\\n\t').trimStart()}
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

/** @param {Edits} edits @param {string} kebab */
function group(edits, kebab) {
  edits.insertAfter('bpf/src/index.ts', /^export const eventGroups = \{$/m, `  ${blank}: ['${kebab}'],`);
}

const everyKind = 'packages/tracer/src/events/every-kind.kernel.test.ts';

/**
 * The test of the event alone.
 *
 * @param {string} kebab
 * @param {readonly string[]} triggers statements in C
 * @param {readonly string[] | undefined} compat the calls of a 32-bit program, in C
 */
const ownTest = (kebab, triggers, compat) => {
  const test = (/** @type {string} */ head, /** @type {readonly string[]} */ main) => `
${head}, async () => {
  const { data } = await act({
    kinds: ['${kebab}'],
    main: \`
      ${main.join('\n      ')}\`,
  });
  expect(data).toEqual([{ ${blank} }]);
});
`;
  return `import { expect, it } from 'vitest';
import { act } from '../../test/act.js';
${test(`it('${kebab}: ${blank}'`, triggers)}${
  compat === undefined
    ? ''
    : test(`it.runIf(process.arch === 'x64')('${kebab}: reports 32-bit callers'`, compat)
}`;
};

/**
 * @param {Edits} edits
 * @param {string} kebab
 * @param {{ triggers: readonly string[], compat?: readonly string[] }} as of {@link ownTest}
 */
function addTests(edits, kebab, { triggers, compat }) {
  edits.insertAfter(everyKind, /^ {4}main: `$/m, triggers.map((line) => `      ${line}`).join('\n'));
  const expected = /^ {2}expect\(Object\.fromEntries\(first\)\)\.toMatchObject\(\{$/m;
  edits.insertAfter(everyKind, expected, `    '${kebab}': { ${blank} },`);
  edits.create(`packages/tracer/src/events/${kebab}.kernel.test.ts`, ownTest(kebab, triggers, compat));
}

/**
 * @param {ReturnType<typeof spellings>} name
 * @param {readonly string[]} calls
 * @returns {import('./files.mjs').Skeleton}
 */
function callEvent(name, calls) {
  const { snake, upper, kebab } = name;
  const edits = new Edits();
  const { lines, notes, i386 } = numbersOf(calls);
  edits.create(`bpf/events/${snake}.h`, callHeader(snake, lines));
  register(edits, `SYSCALL(#, ${upper}, ${snake}, activity)`);
  const includes = /^#include "\.\.\/events\/.*$/m;
  edits.insertSorted('bpf/programs/syscall.h', includes, `#include "../events/${snake}.h"`);
  declare(edits, name, false);
  group(edits, kebab);
  const compat = i386.filter((number) => number !== 'NONE');
  addTests(edits, kebab, {
    triggers: calls.map((call) => `must(syscall(SYS_${call}, ${blank}));`),
    ...(compat.length === 0
      ? {}
      : { compat: compat.map((number) => `compat(${number}, ${blank}, 0, 0, 0, 0);`) }),
  });
  return { edits, notes, ...recipe('An event from a system call', [[spellings('personality'), name]]) };
}

/**
 * @param {ReturnType<typeof spellings>} name
 * @param {string} tracepoint
 * @returns {import('./files.mjs').Skeleton}
 */
function hookEvent(name, tracepoint) {
  const { snake, upper, kebab } = name;
  mustExist(tracepoint);
  const edits = new Edits();
  edits.create(`bpf/events/${snake}.h`, hookHeader(snake));
  register(edits, `HOOK(#, ${upper}, ${snake}, activity)`);
  edits.create(`bpf/programs/${snake}.h`, hookProgram(snake, tracepoint));
  const includes = /^#include "programs\/module\.h"$/m;
  edits.insertAfter('bpf/spoor.bpf.c', includes, `#include "programs/${snake}.h"`);
  declare(edits, name, true);
  group(edits, kebab);
  addTests(edits, kebab, { triggers: [`${blank};`] });
  return { edits, ...recipe('An event with a hook of its own', [[spellings('signal_deliver'), name]]) };
}

/**
 * @param {string} name
 * @param {{ hook?: string | undefined, call?: readonly string[] | undefined }} options `call`:
 *   the system calls, if the event has another name
 * @returns {import('./files.mjs').Skeleton}
 */
export function newEvent(name, { hook, call }) {
  const spelled = spellings(name);
  if (hook !== undefined && call !== undefined) {
    throw new Failure('an event has --hook or --call, not both', { status: 2 });
  }
  return hook === undefined ? callEvent(spelled, call ?? [spelled.snake]) : hookEvent(spelled, hook);
}
