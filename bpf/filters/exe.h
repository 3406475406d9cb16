/* exe: the path of the binary that the process runs; empty when it has none. */
FILTER_FACT(struct filter_string exe)
FILTER_KIND(EXE, exe, text, &facts->exe)
/* Of a path longer than EXE_MAX the end is not known: it fits no `*END`. */
FILTER_COLLECT_INFO(EXE, filter_string_read(&facts->exe, info->exe, info->exe_length,
					    filter_end_on(set, FILTER_EXE) && info->exe_full_length == info->exe_length))
