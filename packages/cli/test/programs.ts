/** A program that prints what it inherited, or depends on it. */
export interface Program {
  readonly name: string;
  /** The program and its arguments. */
  readonly run: readonly string[];
  /** Shell commands before the program is executed: `exec "$@"` follows. */
  readonly before?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** The standard input. */
  readonly input?: string;
  /** True if the program draws on the terminal. Then only the final screen is compared. */
  readonly drawing?: true;
  /** A file that a descendant creates after the program has ended. */
  readonly late?: string;
  /** Keys to type when a text appears. The program then has a terminal for all standard streams. */
  readonly typed?: readonly (readonly [when: RegExp, keys: string])[];
}

const sh = (script: string) => ['sh', '-c', script];
const bash = (script: string) => ['bash', '-c', script];
/**
 * At Ctrl-C, Ctrl-\ and Ctrl-Z a terminal discards output that nobody has read yet. This setting
 * keeps the output.
 */
export const keepOutput = 'stty noflsh';
const status = (pattern: string) => ['grep', '-E', pattern, '/proc/self/status'];
const caught = (signal: string) =>
  sh(
    `trap 'echo caught' ${signal}; kill -${signal} 0; i=0; while [ $i -lt 20 ]; do sleep .02; i=$((i+1)); done; exit 5`,
  );

export const programs: readonly Program[] = [
  {
    name: 'an environment with names that no shell takes',
    run: ['env', '-0'],
    env: {
      'a.b': '1',
      'x-y': '2',
      '1digit': '3',
      IFS: 'x',
      OPTIND: '7',
      PPID: '77',
      _: 'zz',
      nl: 'a\nb',
      PATH: process.env['PATH'],
    },
  },
  {
    name: 'variables that Node.js reads',
    run: ['env'],
    env: {
      NODE_OPTIONS: '--max-old-space-size=77',
      NODE_DEBUG: 'net',
      UV_THREADPOOL_SIZE: '1',
      LD_BIND_NOW: '1',
      PATH: process.env['PATH'],
    },
  },
  {
    name: 'an exported function of bash',
    run: bash('f'),
    before: 'exec bash -c \'f() { echo function; }; export -f f; exec "$@"\' bash "$@"',
  },
  { name: 'arguments', run: ['printf', '<%s>\n', 'a b', '', "it's", '-n', '*', '\x1b[31m'] },
  { name: 'the working directory', run: ['pwd', '-P'], before: 'mkdir "$PWD/x y"; cd "x y"' },
  {
    name: 'a working directory that was removed',
    run: sh('ls -a; readlink /proc/self/cwd'),
    before: 'mkdir gone; cd gone; rmdir ../gone',
  },
  { name: 'the file mode mask', run: sh('umask; : > made; stat -c %a made'), before: 'umask 027' },
  { name: 'limits', run: bash('ulimit -Sa; ulimit -Ha'), before: 'ulimit -n 500; ulimit -c 0' },
  { name: 'niceness', run: ['nice'], before: 'exec nice -n 5 "$@"' },
  {
    name: 'the score of the out-of-memory killer',
    run: ['cat', '/proc/self/oom_score_adj'],
    before: 'echo 321 > /proc/self/oom_score_adj',
  },
  {
    name: 'ignored signals',
    run: status('^Sig(Ign|Cgt|Blk)'),
    before: "trap '' HUP INT QUIT PIPE USR1 TERM CHLD ALRM",
  },
  {
    name: 'blocked signals',
    run: status('^SigBlk'),
    before: 'exec env --block-signal=USR1 --block-signal=HUP --block-signal=TERM "$@"',
  },
  {
    name: 'credentials and rights',
    run: status('^(Uid|Gid|Groups|Cap|NoNewPrivs|Seccomp|Umask|Cpus_allowed_list):'),
  },
  { name: 'namespaces and control groups', run: sh('readlink /proc/self/ns/*; cat /proc/self/cgroup') },
  { name: 'the session and the process group', run: sh('ps -o pgid=,sid= -p $$') },
  {
    name: 'scheduling',
    run: sh('chrt -p $$ | sed "s/.*:/:/"; cat /proc/self/timerslack_ns /proc/self/coredump_filter'),
  },
  {
    name: 'descriptors beyond the standard streams',
    run: sh('cat <&3; cat <&7; [ -e /proc/self/fd/4 ] && echo open; :'),
    before: 'echo three > 3; echo seven > 7; exec 3< 3 7< 7',
  },
  { name: 'the list of descriptors', run: sh('ls /proc/self/fd'), before: 'exec 5< /dev/null' },
  {
    name: 'a lock that a descriptor holds',
    run: sh('flock -n 9 && echo held; flock -n other true && echo free'),
    before: 'exec 9> lock; flock 9; : > other',
  },
  {
    name: 'a closed standard input',
    run: sh('[ -e /proc/self/fd/0 ] && echo open || echo closed'),
    before: 'exec <&-',
  },
  {
    name: 'a closed standard output',
    run: sh('[ -e /proc/self/fd/1 ] && echo open >&2 || echo closed >&2'),
    before: 'exec >&-',
  },
  {
    name: 'a closed standard error',
    run: sh('[ -e /proc/self/fd/2 ] && echo open || echo closed'),
    before: 'exec 2>&-',
  },
  { name: 'the flags of the streams', run: sh('grep -h ^flags /proc/self/fdinfo/[012]') },
  {
    name: 'a reader that reads standard input from where it is',
    run: ['cat'],
    before: 'printf "one\\ntwo\\n" > in; exec < in; head -c 4 > first',
  },
  { name: 'standard input from a pipe', run: ['wc', '-c'], input: 'x'.repeat(300_000) },
  { name: 'much output into a slow pipe', run: sh('seq 1 200000; seq 1 200000 >&2') },
  { name: 'a status', run: sh('exit 77') },
  { name: 'a status that the gate has too', run: sh('exit 125') },
  { name: 'the end by a signal', run: sh('kill -TERM $$') },
  { name: 'the end by a fault', run: sh('ulimit -c 0; kill -SEGV $$') },
  { name: 'the end by SIGKILL', run: sh('kill -KILL $$') },
  { name: 'a pipe that nobody reads', run: bash('yes | head -1; echo $PIPESTATUS') },
  { name: 'SIGUSR1 to the group', run: caught('USR1') },
  { name: 'SIGQUIT to the group', run: caught('QUIT') },
  { name: 'SIGTERM to the group', run: caught('TERM') },
  { name: 'SIGHUP to the group', run: caught('HUP') },
  { name: 'nohup', run: ['nohup', 'sh', '-c', 'kill -HUP $$; echo alive'] },
  {
    name: 'a daemon',
    late: 'late',
    run: sh(
      'setsid sh -c "sleep .3; echo late > partial; mv partial late" < /dev/null > /dev/null 2>&1 & exit 3',
    ),
  },
  {
    name: "make's jobserver",
    run: sh('printf "all: a b\\na b:\\n\\t@echo done\\n" > sub; make -s -f sub'),
    before: 'printf \'all:\\n\\t+@$(RUN)\\n\' > top; RUN="$*"; export RUN; set -- "$@"',
  },
  { name: 'ssh-agent', run: ['ssh-agent', 'sh', '-c', 'ssh-add -l; echo $?'] },
  {
    name: 'a shell with job control',
    run: ['bash', '--norc', '--noprofile', '-i'],
    env: { ...process.env, TERM: 'dumb', HISTFILE: '' },
    typed: [
      [/# $/, `sh -c "${keepOutput}; echo ready; exec sleep 30"\n`],
      [/\nready\r\n$/, '\x1a'],
      [/Stopped.*# $/s, 'jobs; stopped=$(jobs -p); disown -a; kill -9 $stopped; stty size; exit 5\n'],
    ],
  },
  {
    name: 'less',
    drawing: true,
    run: ['less', 'lines'],
    before: 'seq 1 300 > lines',
    env: { ...process.env, TERM: 'xterm' },
    typed: [
      [/20/, 'G'],
      [/300/, 'q'],
    ],
  },
  {
    name: 'vi',
    drawing: true,
    run: ['vi', '-u', 'NONE', '-N', 'lines'],
    before: 'seq 1 5 > lines',
    env: { ...process.env, TERM: 'xterm' },
    typed: [[/5\D/, ':1d\r:wq\r']],
  },
  {
    name: 'a password',
    run: bash('read -rsp "word: " word; echo; printf %s "$word" | wc -c'),
    typed: [[/word: $/, 'secret\n']],
  },
  {
    name: 'Ctrl-C',
    run: sh(`${keepOutput} -echo; trap "echo caught; exit 7" INT; echo ready; read -r _`),
    typed: [[/ready/, '\x03']],
  },
  {
    name: 'Ctrl-\\',
    run: sh(`${keepOutput} -echo; trap "echo caught; exit 8" QUIT; echo ready; read -r _`),
    typed: [[/ready/, '\x1c']],
  },
  { name: 'a terminal that it leaves changed', run: ['stty', '-echo', '-icanon', 'min', '1'], typed: [] },
];
