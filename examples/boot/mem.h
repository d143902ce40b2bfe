/* SPDX-License-Identifier: MIT */
/*
 * mem.h - the four functions that the core calls, and compilers too.
 */
#ifndef BOOT_MEM_H
#define BOOT_MEM_H

#include <stddef.h>

void *memcpy(void *to, const void *from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);
int memcmp(const void *a, const void *b, size_t size);

#endif
