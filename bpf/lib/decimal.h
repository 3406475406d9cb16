/* Decimal numbers in names. */
#ifndef SPOOR_LIB_DECIMAL_H
#define SPOOR_LIB_DECIMAL_H

#include "read.h"

#define DECIMAL_DIGITS_MAX 7

struct decimal {
	__u64 value;
	/* 0 if the text does not begin with a digit */
	__u64 digits;
};

/*
 * Reads the number that a text begins with. `text` has its characters, the first one lowest, and at
 * most seven count. Digits are counted without a branch: verifiers up to 6.1 would follow what
 * comes behind once per count.
 */
static __always_inline struct decimal decimal_at(__u64 text)
{
	struct decimal decimal = {};
	__u64 going = 1;

#pragma unroll
	for (int i = 0; i < DECIMAL_DIGITS_MAX; i++) {
		__u64 digit = (text >> 8 * i & 0xff) - '0';

		/* 1 for 0 to 9, by the signs of differences. */
		going &= ((digit - 10) & ~digit) >> 63;
		barrier_var(going);
		decimal.value += going * (9 * decimal.value + digit);
		decimal.digits += going;
	}
	return decimal;
}

#endif
