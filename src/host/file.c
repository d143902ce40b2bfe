/* SPDX-License-Identifier: MIT */
/*
 * file.c - files in, whole and bounded; files out, whole or not at all.
 */
#define _XOPEN_SOURCE 700
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host.h"

static int io_error(struct cpupolicy_error *error, const char *path,
		    const char *what)
{
	return cpupolicy__fail_at(error, CPUPOLICY_E_IO, path, 0, 0, "%s: %s",
				  what, strerror(errno));
}

int cpupolicy__read_more(struct cpupolicy__buffer *buffer, int fd, size_t most)
{
	ssize_t nr;

	if (buffer->size == buffer->room) {
		size_t room = buffer->room ? buffer->room * 2 : (size_t)1 << 16;
		char *grown = realloc(buffer->data, room + 1);

		if (!grown)
			return CPUPOLICY_E_MEMORY;
		buffer->data = grown;
		buffer->room = room;
	}
	do
		nr = read(fd, buffer->data + buffer->size,
			  buffer->room - buffer->size);
	while (nr < 0 && errno == EINTR);
	if (nr < 0)
		return CPUPOLICY_E_IO;
	buffer->size += (size_t)nr;
	buffer->data[buffer->size] = '\0';
	if (buffer->size > most)
		return CPUPOLICY_E_RANGE;
	return nr > 0;
}

int cpupolicy__open_file(const char *path, struct cpupolicy_error *error)
{
	int fd;

	if (strcmp(path, "-") == 0)
		return STDIN_FILENO;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? io_error(error, path, "cannot open it") : fd;
}

void cpupolicy__close_file(const char *path, int fd)
{
	if (strcmp(path, "-") != 0)
		close(fd);
}

const char *cpupolicy__file_name(const char *path)
{
	return strcmp(path, "-") == 0 ? "standard input" : path;
}

int cpupolicy__read_failed(struct cpupolicy_error *error, const char *path,
			   int status)
{
	const char *name = cpupolicy__file_name(path);

	if (status == CPUPOLICY_E_IO)
		return io_error(error, name, "cannot read it");
	if (status == CPUPOLICY_E_RANGE)
		return cpupolicy__fail_at(error, CPUPOLICY_E_MEANING, name, 0,
					  0, "is larger than %zu MiB",
					  CPUPOLICY__MAX_FILE >> 20);
	return cpupolicy__no_memory(error, name);
}

int cpupolicy__read_file(char **data, size_t *size, const char *path,
			 struct cpupolicy_error *error)
{
	struct cpupolicy__buffer buffer = { 0 };
	int fd = cpupolicy__open_file(path, error), status;

	*data = NULL;
	if (fd < 0)
		return fd;
	do
		status = cpupolicy__read_more(&buffer, fd, CPUPOLICY__MAX_FILE);
	while (status > 0);
	if (status < 0) {
		status = cpupolicy__read_failed(error, path, status);
		free(buffer.data);
	} else {
		*data = buffer.data;
		*size = buffer.size;
	}
	cpupolicy__close_file(path, fd);
	return status;
}

static int write_all(int fd, const char *text, size_t size)
{
	while (size) {
		ssize_t nr = write(fd, text, size);

		if (nr < 0 && errno == EINTR)
			continue;
		if (nr < 0)
			return -1;
		text += nr;
		size -= (size_t)nr;
	}
	return 0;
}

/* Pipes, terminals and devices have no place beside them. */
static int write_stream(int fd, const char *name, const char *text, size_t size,
			struct cpupolicy_error *error)
{
	if (fd < 0)
		return io_error(error, name, "cannot open it");
	if (write_all(fd, text, size) < 0)
		return io_error(error, name, "cannot write it");
	return 0;
}

/* A new file in the directory of @path; @out is its name, to be freed. */
static int open_beside(char **out, const char *path)
{
	const char *slash = strrchr(path, '/');
	int directory = slash ? (int)(slash - path) + 1 : 0;
	size_t size = (size_t)directory + 64;
	char *name = malloc(size);
	int fd = -1;

	if (!name)
		return -1;
	for (unsigned i = 0; i < 100 && fd < 0; i++) {
		snprintf(name, size, "%.*s.cpupolicy-%ld-%u", directory, path,
			 (long)getpid(), i);
		fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		if (fd < 0 && errno != EEXIST)
			break;
	}
	if (fd < 0) {
		free(name);
		name = NULL;
	}
	*out = name;
	return fd;
}

/* Make the new name last over a crash; not every file system can. */
static void sync_directory(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *directory;
	int fd;

	directory =
		slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
	if (!directory)
		return;
	fd = open(directory, O_RDONLY | O_CLOEXEC);
	free(directory);
	if (fd < 0)
		return;
	fsync(fd);
	close(fd);
}

/* @old: of the file that is replaced; NULL: there is none */
static int write_beside(const char *path, const struct stat *old,
			const char *text, size_t size,
			struct cpupolicy_error *error)
{
	char *beside;
	int fd = open_beside(&beside, path), status = 0;

	if (fd < 0)
		return io_error(error, path, "cannot write beside it");
	/* whose file it was matters less than that it can be read as before */
	if (old && fchmod(fd, old->st_mode & 07777) < 0)
		status = -1;
	if (write_all(fd, text, size) < 0 || fsync(fd) < 0)
		status = -1;
	if (status < 0)
		io_error(error, path, "cannot write it");
	if (close(fd) < 0 && status == 0)
		status = io_error(error, path, "cannot write it");
	if (status == 0 && rename(beside, path) < 0)
		status = io_error(error, path, "cannot replace it");
	if (status == 0)
		sync_directory(path);
	else
		unlink(beside);
	free(beside);
	return status == 0 ? 0 : CPUPOLICY_E_IO;
}

int cpupolicy_write_file(const char *path, const char *text, size_t size,
			 struct cpupolicy_error *error)
{
	struct stat old;
	char *real;
	int status;

	if (strcmp(path, "-") == 0)
		return write_stream(STDOUT_FILENO, "standard output", text,
				    size, error);
	if (stat(path, &old) < 0)
		return write_beside(path, NULL, text, size, error);
	if (S_ISDIR(old.st_mode))
		return cpupolicy__fail_at(error, CPUPOLICY_E_IO, path, 0, 0,
					  "is a directory");
	if (!S_ISREG(old.st_mode)) {
		int fd = open(path, O_WRONLY | O_CLOEXEC);

		status = write_stream(fd, path, text, size, error);
		if (fd >= 0 && close(fd) < 0 && status == 0)
			status = io_error(error, path, "cannot write it");
		return status;
	}
	/* the file behind a symbolic link is replaced, not the link */
	real = realpath(path, NULL);
	status = write_beside(real ? real : path, &old, text, size, error);
	free(real);
	return status;
}
