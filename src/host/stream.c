// SPDX-License-Identifier: MIT
/*
 * stream.c - documents one after another: the lines of a file with one JSON
 * object per line, or a whole file.
 */
#define _POSIX_C_SOURCE 200809L

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../formats/format.h"

enum kind {
	UNKNOWN, /* nothing was read yet */
	LINES,
	WHOLE,
	DEVICE, /* read by its path */
	OVER,
};

struct cpupolicy_stream {
	char *path, *name; /* owned */
	int fd;
	enum kind kind;
	bool ended; /* the file: no more can be read of it */
	struct cpupolicy__buffer buffer;
	size_t next; /* where what was not handed out begins */

	/* the current document */
	bool in_document;
	const char *text; /* NULL: a device */
	size_t size;
	int line; /* 0: the document is the whole file */
};

size_t cpupolicy__json_end(const char *text, size_t size, bool one_line)
{
	bool in_string = false;
	size_t depth = 0;

	for (size_t i = 0; i < size; i++) {
		char c = text[i];

		if ((one_line && c == '\n') || i >= CPUPOLICY__MAX_JSON)
			return 0;
		if (c == '"')
			in_string = !in_string;
		else if (in_string)
			i += c == '\\';
		else if (c == '{' || c == '[')
			depth++;
		else if ((c == '}' || c == ']') && --depth == 0)
			return i + 1;
	}
	return size;
}

static size_t past(const char *blanks, const char *text, size_t size, size_t at)
{
	while (at < size && text[at] && strchr(blanks, text[at]))
		at++;
	return at;
}

int cpupolicy__json_lines(const char *text, size_t size)
{
	size_t at = size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	size_t end;

	at = past(" \t\r\n", text, size, at);
	if (at == size)
		return -1;
	if (text[at] != '{' || cpupolicy__is_qmp_talk(text + at, size - at))
		return 0;
	end = cpupolicy__json_end(text + at, size - at, true);
	if (end == 0)
		return 0;
	at = past(" \t\r", text, size, at + end);
	if (at == size)
		return -1;
	if (text[at] != '\n')
		return 0;
	at = past(" \t\r\n", text, size, at);
	return at == size ? -1 : text[at] == '{';
}

int cpupolicy_stream_open(struct cpupolicy_stream **out, const char *path,
			  struct cpupolicy_error *error)
{
	struct cpupolicy_stream *stream = calloc(1, sizeof(*stream));
	const char *name = cpupolicy__file_name(path);
	struct stat about;
	int status = 0;

	*out = NULL;
	if (!stream)
		return cpupolicy__no_memory(error, name);
	stream->fd = -1;
	stream->path = strdup(path);
	stream->name = malloc(strlen(name) + 32);
	if (!stream->path || !stream->name)
		status = cpupolicy__no_memory(error, name);
	else if (strcmp(path, "-") != 0 && stat(path, &about) == 0 &&
		 (S_ISCHR(about.st_mode) || S_ISDIR(about.st_mode)))
		stream->kind = DEVICE;
	else
		status = stream->fd = cpupolicy__open_file(path, error);
	if (status < 0) {
		cpupolicy_stream_close(stream);
		return status;
	}
	strcpy(stream->name, name);
	*out = stream;
	return 0;
}

void cpupolicy_stream_close(struct cpupolicy_stream *stream)
{
	if (!stream)
		return;
	if (stream->fd >= 0)
		cpupolicy__close_file(stream->path, stream->fd);
	free(stream->buffer.data);
	free(stream->path);
	free(stream->name);
	free(stream);
}

/* Returns 0, also at the end, or a status. */
static int read_more(struct cpupolicy_stream *stream,
		     struct cpupolicy_error *error)
{
	int status = cpupolicy__read_more(&stream->buffer, stream->fd,
					  CPUPOLICY__MAX_FILE);

	stream->ended = status == 0;
	return status < 0 ? cpupolicy__read_failed(error, stream->path, status)
			  : 0;
}

/*
 * Is it one document or many? The buffer is filled before it is looked at, for
 * a pipe gives little at a time and every look begins at the beginning.
 */
static int find_kind(struct cpupolicy_stream *stream,
		     struct cpupolicy_error *error)
{
	const struct cpupolicy__buffer *buffer = &stream->buffer;
	int lines = -1, status = 0;

	while (lines < 0 && !stream->ended) {
		do
			status = read_more(stream, error);
		while (status == 0 && !stream->ended &&
		       buffer->size < buffer->room);
		if (status < 0)
			return status;
		lines = cpupolicy__json_lines(buffer->data, buffer->size);
	}
	stream->kind = lines > 0 ? LINES : WHOLE;
	if (lines > 0 && memcmp(buffer->data, "\xef\xbb\xbf", 3) == 0)
		stream->next = 3;
	return 0;
}

static int take_whole(struct cpupolicy_stream *stream,
		      struct cpupolicy_error *error)
{
	while (!stream->ended) {
		int status = read_more(stream, error);

		if (status < 0)
			return status;
	}
	stream->kind = OVER;
	stream->text = stream->buffer.data;
	stream->size = stream->buffer.size;
	return 1;
}

/* Room behind what was not handed out yet; that moves only when it must. */
static int read_line(struct cpupolicy_stream *stream,
		     struct cpupolicy_error *error)
{
	struct cpupolicy__buffer *buffer = &stream->buffer;

	if (buffer->size - stream->next > CPUPOLICY__MAX_JSON)
		return cpupolicy__fail_at(error, CPUPOLICY_E_MEANING,
					  cpupolicy__file_name(stream->path),
					  stream->line + 1, 0,
					  "the line is longer than %zu MiB",
					  CPUPOLICY__MAX_JSON >> 20);
	if (buffer->size == buffer->room && stream->next) {
		buffer->size -= stream->next;
		memmove(buffer->data, buffer->data + stream->next,
			buffer->size);
		stream->next = 0;
	}
	return read_more(stream, error);
}

/* Hand out the next line that is not blank. */
static int take_line(struct cpupolicy_stream *stream,
		     struct cpupolicy_error *error)
{
	const struct cpupolicy__buffer *buffer = &stream->buffer;
	size_t looked = 0; /* bytes of the line that hold no line end */

	for (;;) {
		const char *line = buffer->data + stream->next;
		size_t rest = buffer->size - stream->next, size = rest;
		const char *end = memchr(line + looked, '\n', rest - looked);
		int status;

		if (!end && !stream->ended) {
			looked = rest;
			status = read_line(stream, error);
			if (status < 0)
				return status;
			continue;
		}
		if (!rest)
			return 0;
		if (end)
			size = (size_t)(end - line);
		stream->next += size + (end != NULL);
		stream->line += stream->line < INT_MAX;
		looked = 0;
		if (past(" \t\r", line, size, 0) == size)
			continue;
		stream->text = line;
		stream->size = size;
		return 1;
	}
}

static int take_next(struct cpupolicy_stream *stream,
		     struct cpupolicy_error *error)
{
	int status = 0;

	if (stream->kind == UNKNOWN)
		status = find_kind(stream, error);
	if (status < 0)
		return status;
	switch (stream->kind) {
	case LINES:
		return take_line(stream, error);
	case WHOLE:
		return take_whole(stream, error);
	case DEVICE:
		stream->kind = OVER;
		return 1;
	default:
		return 0;
	}
}

int cpupolicy_stream_next(const char **text, size_t *size,
			  struct cpupolicy_stream *stream,
			  struct cpupolicy_error *error)
{
	int status;

	stream->text = NULL;
	stream->size = 0;
	status = take_next(stream, error);
	stream->in_document = status > 0;
	if (status <= 0)
		stream->kind = OVER;
	if (status > 0 && stream->line)
		sprintf(stream->name +
				strlen(cpupolicy__file_name(stream->path)),
			":%d", stream->line);
	if (text)
		*text = stream->text;
	if (size)
		*size = stream->size;
	return status;
}

int cpupolicy_stream_parse(struct cpupolicy_document *out,
			   struct cpupolicy_stream *stream,
			   struct cpupolicy_error *error)
{
	struct cpupolicy__source source = {
		.name = cpupolicy__file_name(stream->path),
		.text = stream->text,
		.size = stream->size,
		.first_line = stream->line,
	};
	size_t at;

	memset(out, 0, sizeof(*out));
	if (!stream->in_document)
		return cpupolicy__fail(error, CPUPOLICY_E_INVALID,
				       "%s: there is no document here",
				       source.name);
	if (!stream->text)
		return cpupolicy_document_read(out, stream->path, error);
	at = past(" \t", source.text, source.size, 0);
	if (stream->line && source.text[at] != '{')
		return cpupolicy__fail_at(error, CPUPOLICY_E_SYNTAX,
					  source.name, stream->line,
					  (int)at + 1,
					  "expected a JSON object, as in the "
					  "lines before");
	return cpupolicy__source_parse(out, &source, error);
}

const char *cpupolicy_stream_name(const struct cpupolicy_stream *stream)
{
	return stream->name;
}
