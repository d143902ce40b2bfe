// SPDX-License-Identifier: MIT
/*
 * collect.c - keep what the library tells.
 */
#include "collect.h"

#include <string.h>

void collect_finding(void *arg, const struct cpupolicy_finding *finding)
{
	struct findings *all = arg;

	if (all->nr == all->room) {
		size_t room = all->room ? 2 * all->room : 64;
		void *longer = realloc(all->list, room * sizeof(*finding));

		if (!longer) {
			all->full = true;
			return;
		}
		all->list = longer;
		all->room = room;
	}
	all->list[all->nr++] = *finding;
}

void collect_sentence(void *arg, const char *what)
{
	struct sentences *all = arg;
	size_t bytes = strlen(what);
	char *longer = realloc(all->text, all->bytes + bytes + 2);

	if (!longer) {
		all->full = true;
		return;
	}
	memcpy(longer + all->bytes, what, bytes);
	longer[all->bytes + bytes] = '\n';
	longer[all->bytes + bytes + 1] = '\0';
	all->text = longer;
	all->bytes += bytes + 1;
}
