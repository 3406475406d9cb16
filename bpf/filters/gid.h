/* gid: the real group id, in the initial user namespace. */
FILTER_FACT(__u32 gid)
FILTER_KIND(GID, gid, number, facts->gid)
