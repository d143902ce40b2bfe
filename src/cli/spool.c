// SPDX-License-Identifier: MIT
/*
 * spool.c - output of any size, kept until all of it is there: in memory what
 * is one document, in a file what is a fleet.
 */
#define _POSIX_C_SOURCE 200809L

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "spool.h"

static int no_spool(void)
{
	return trouble("temporary file: %s", strerror(errno));
}

static int add_more(struct spool *spool, const char *text)
{
	if (!spool->all) {
		spool->all = tmpfile();
		if (!spool->all || fputs(spool->first, spool->all) < 0)
			return no_spool();
	}
	return fputs(text, spool->all) < 0 ? no_spool() : 0;
}

int spool_add(struct spool *spool, char *text)
{
	int status;

	if (!text)
		return trouble("out of memory");
	if (!spool->first) {
		spool->first = text;
		return 0;
	}
	status = add_more(spool, text);
	free(text);
	return status;
}

static int write_all(FILE *all, const char *path)
{
	struct cpupolicy_error error = { 0 };
	long size = fflush(all) == 0 ? ftell(all) : -1;
	void *text;
	int status;

	if (size <= 0)
		return no_spool();
	text = mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, fileno(all), 0);
	if (text == MAP_FAILED)
		return no_spool();
	status = cpupolicy_write_file(path, text, (size_t)size, &error);
	munmap(text, (size_t)size);
	return status < 0 ? trouble_of(&error) : 0;
}

int spool_write(struct spool *spool, const char *path)
{
	char *text = spool->first;

	if (spool->all)
		return write_all(spool->all, path);
	spool->first = NULL;
	return write_owned(path, text);
}

void spool_free(struct spool *spool)
{
	if (spool->all)
		fclose(spool->all);
	free(spool->first);
	*spool = (struct spool){ 0 };
}
