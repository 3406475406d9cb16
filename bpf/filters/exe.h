/*
 * exe: the path of the binary that the process runs, empty when it has none, or the path of the
 * script that it runs.
 */
FILTER_FACT(struct filter_string exe)
FILTER_FACT(struct filter_string script)
FILTER_KIND(EXE, exe, binary, facts)
FILTER_COLLECT(EXE, script_read(&facts->script, &process->identity, filter_end_on(set, FILTER_EXE)))
/* Of a path longer than EXE_MAX the end is not known: it fits no `*END`. */
FILTER_COLLECT_INFO(EXE, filter_string_read(&facts->exe, info->exe, info->exe_length,
					    filter_end_on(set, FILTER_EXE) && info->exe_full_length == info->exe_length))
