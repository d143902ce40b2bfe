/* SPDX-License-Identifier: MIT */
/*
 * env.h - the only place that knows what the core is compiled into.
 *
 * An embedder whose compiler has no <stdint.h> gets its own integer types here;
 * nothing else in the core has an #if.
 */
#ifndef CPUPOLICY_ENV_H
#define CPUPOLICY_ENV_H

#if defined(CPUPOLICY_ENV_HEADER)
#include CPUPOLICY_ENV_HEADER
#elif defined(__KERNEL__)
#include <linux/types.h>
#include <linux/string.h>
#elif defined(__XEN__)
#include <xen/types.h>
#include <xen/string.h>
#else
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#endif

#if defined(CPUPOLICY_API)
/* the build decides */
#elif defined(__GNUC__)
#define CPUPOLICY_API __attribute__((__visibility__("default")))
#else
#define CPUPOLICY_API
#endif

/** CPUPOLICY_OWN_FRAME - keeps a function's frame out of its caller's, whatever
 *	the optimiser likes */
#if defined(__GNUC__)
#define CPUPOLICY_OWN_FRAME __attribute__((__noinline__))
#else
#define CPUPOLICY_OWN_FRAME
#endif

/** CPUPOLICY_PREFETCH - a loop will read there soon */
#if defined(__GNUC__)
#define CPUPOLICY_PREFETCH(address) __builtin_prefetch(address)
#else
#define CPUPOLICY_PREFETCH(address) ((void)(address))
#endif

/** CPUPOLICY_HIDE - keeps the compiler from knowing a value, and so from
 *	branching on it */
#if defined(__GNUC__)
#define CPUPOLICY_HIDE(value) __asm__("" : "+r"(value))
#else
#define CPUPOLICY_HIDE(value) (void)(value)
#endif

#endif
