/* exe: the path of the binary that the process runs; empty when it has none. */
FILTER_FACT(struct filter_string exe)
FILTER_KIND(EXE, exe, text, &facts->exe)
FILTER_COLLECT_INFO(EXE, filter_string_read(&facts->exe, info->exe, info->exe_length, filter_end_on(set, FILTER_EXE)))
