#ifndef SPOOR_FILTERS_TABLES_H
#define SPOOR_FILTERS_TABLES_H

#include "facts.h"

/*
 * One line per field of an event that is judged in the kernel: CONDITION_<EVENT>_<FIELD>, numbered
 * from 0. OPEN_NAME holds the last names of paths that OPEN_PATH asks for (condition_path).
 */
#define FILTER_CONDITIONS(CONDITION)                                                                                   \
	CONDITION(0, OPEN_PATH)                                                                                        \
	CONDITION(1, CONNECT_PORT)                                                                                     \
	CONDITION(2, OPEN_NAME)

/* Conditions have tables like those of the kinds, behind them. */
#define CONDITION_ENUMERATOR(number, NAME) CONDITION_##NAME = FILTER_KIND_COUNT + number,
enum filter_condition { FILTER_CONDITIONS(CONDITION_ENUMERATOR) FILTER_CONDITION_COUNT };
#undef CONDITION_ENUMERATOR

#define FILTER_TABLE_COUNT FILTER_CONDITION_COUNT

#endif
