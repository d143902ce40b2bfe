/* SPDX-License-Identifier: MIT */
/*
 * steps.h - how many instructions a function executes.
 */
#ifndef TESTS_STEPS_H
#define TESTS_STEPS_H

#include <stddef.h>
#include <stdint.h>

/**
 * count_steps - run @body in a child, one instruction at a time
 * @out: instructions of each call of @function, from its first to its return;
 *	@most of them
 * @function: where it begins, as a number
 *
 * Returns how many calls there were, or -1 after setting *@why where
 * single-stepping is not possible here.
 */
long count_steps(uint32_t *out, size_t most, uintptr_t function,
		 void (*body)(void *arg), void *arg, const char **why);

#endif
