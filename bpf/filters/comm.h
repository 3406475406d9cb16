/* comm: the 16-byte task name; an exec and the task itself may change it. */
FILTER_FACT(struct filter_string comm)
FILTER_KIND(COMM, comm, text, &facts->comm)
FILTER_COLLECT(COMM, filter_comm_read(&facts->comm, &task->comm, filter_end_on(set, FILTER_COMM)))
