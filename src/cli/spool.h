/* SPDX-License-Identifier: MIT */
/*
 * spool.h - output that is written when all of it is there, and not at all
 * where something went wrong before.
 */
#ifndef CPUPOLICY_CLI_SPOOL_H
#define CPUPOLICY_CLI_SPOOL_H

#include "cli.h"

/* Zero-initialise it. */
struct spool {
	char *first; /* owned */
	FILE *all;   /* once there is more than the first */
};

/* Takes and frees @text; NULL: there was no memory for it. What fails is
 * trouble, with the message printed. */
int spool_add(struct spool *spool, char *text);
int spool_write(struct spool *spool, const char *path);
void spool_free(struct spool *spool);

#endif
