/* The variables of the environment that an exec is told with. */
#ifndef SPOOR_MAPS_ENVIRONMENT_H
#define SPOOR_MAPS_ENVIRONMENT_H

#include "../lib/kernel.h"

#define ENVIRONMENT_NAMES 16
/* Bytes of a name that are compared, the `=` behind it among them, in words of 8. */
#define ENVIRONMENT_NAME_MAX 32
#define ENVIRONMENT_NAME_WORDS (ENVIRONMENT_NAME_MAX / 8)
/* Bytes of all that one exec is told with. */
#define ENVIRONMENT_MAX 4096

/* A variable is wanted if its first bytes are these, as far as the mask says. */
struct environment_name {
	__u64 bytes[ENVIRONMENT_NAME_WORDS];
	__u64 mask[ENVIRONMENT_NAME_WORDS];
	/* 1: with its value */
	__u64 with_value;
};

/* Constants: the first of these names. */
const volatile struct environment_name environment_names[ENVIRONMENT_NAMES] = {};
const volatile __u32 environment_names_count = 0;

/* A walk over the variables. */
struct environment_walk {
	/* addresses in the memory of the process: the string in hand, and the end of all */
	__u64 at;
	__u64 end;
	/* 1 within a string that is longer than what is read at once */
	__u64 inside;
};

#endif
