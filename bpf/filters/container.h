/*
 * container: the container that the task runs in. `#` and its id, or `@` and its name if the
 * runtime gives it no id. Empty for a task in no container. programs/container.h decides it.
 */
FILTER_FACT(struct filter_string container)
/* Bytes of the id or name, without the mark. */
FILTER_FACT(__u64 container_length)
FILTER_KIND(CONTAINER, container, text, &facts->container)
FILTER_COLLECT_ACTING(CONTAINER, {
	container_collect(frame, task);
	if (filter_end_on(set, FILTER_CONTAINER))
		container_collect_end(&frame->facts);
})
