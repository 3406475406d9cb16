/** The help text of the command. */
export const usage = `Generate a typed TypeScript module from a BPF object.

Usage: npx @spoor/btf generate OBJECT --out FILE [options]
       npx @spoor/btf generate --compile SOURCE --out FILE [options] [-- CLANG-ARGUMENTS]
       npx @spoor/btf generate --vmlinux FILE

The module has the object and its types: programs, maps, constants, globals and ring records.
Pass the value that it exports to openObject() of @spoor/object.

Options:
  -o, --out FILE             Write the module to this file. It must be missing, or be a module
                             that this command wrote. No other file is written.
  -c, --compile SOURCE       Compile this C file with clang first. Prints the line that was run.
  -n, --name NAME            Name of the exported value (default: of the object's file).
  -r, --record RING=STRUCT   Struct of the records of a ring; several are separated by commas
                             (default: each struct that a global variable points to).
  -r, --record RING.FIELD=VALUE:STRUCT
                             Struct of the records with each value of a field: a number, or an
                             enumerator.
      --vmlinux FILE         Write the types of the running kernel to this file, before anything
                             is compiled. Needs bpftool.
  -h, --help                 Show this help.

Examples:
  npx @spoor/btf generate my.bpf.o --out src/my.ts
  npx @spoor/btf generate --compile my.bpf.c --out src/my.ts -- -DDEBUG -Iinclude
  npx @spoor/btf generate my.bpf.o --out src/my.ts --record alerts=alert,summary
  npx @spoor/btf generate my.bpf.o --out src/my.ts --record events.kind=FORK:fork,EXIT:exit
  npx @spoor/btf generate --vmlinux vmlinux.h --compile my.bpf.c --out src/my.ts

Exit status: 0 if the file is up to date now, 1 if that failed, 2 if an argument is wrong.
`;
