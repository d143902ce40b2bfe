// SPDX-License-Identifier: MIT
/*
 * level.c - how what a guest was promised and a level that has a name differ.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "level.h"

/* A sentence holds so much of a list; the rest goes on in the next. */
#define MAX_LIST 250

bool cpupolicy__promised(struct cpupolicy_policy *out,
			 struct cpupolicy__writing *writing,
			 const struct cpupolicy_record *record,
			 enum cpupolicy_hypervisor hypervisor)
{
	const struct cpupolicy_hostset_options options = {
		.hypervisor = hypervisor,
	};
	struct cpupolicy_error error = { 0 };

	if (cpupolicy_record_hostset(out, record, &options, NULL, NULL,
				     &error) == 0)
		return true;
	cpupolicy__refuse(writing, "%s", error.text);
	return false;
}

/** struct listing - findings being told */
struct listing {
	struct cpupolicy__writing *writing;
	const char *what;
	struct cpupolicy__text names;
};

static void flush(struct listing *listing)
{
	if (listing->names.length)
		cpupolicy__lose(listing->writing, "%s:%s", listing->what,
				listing->names.s);
	listing->names.length = 0;
}

static void hear(void *arg, const struct cpupolicy_finding *finding)
{
	struct listing *listing = arg;
	char address[CPUPOLICY_ADDRESS_TEXT];

	if (cpupolicy_address_describes(&finding->at))
		return;
	if (finding->field)
		cpupolicy__text_add(&listing->names, " %s",
				    finding->field->name);
	else
		cpupolicy__text_add(
			&listing->names, " %s",
			cpupolicy_address_text(address, &finding->at));
	if (finding->at.high > finding->at.low && finding->field)
		cpupolicy__text_add(&listing->names, "=%" PRIu32,
				    finding->guest);
	if (listing->names.length > MAX_LIST)
		flush(listing);
}

void cpupolicy__lose_beyond(struct cpupolicy__writing *writing,
			    const char *what,
			    const struct cpupolicy_policy *guest,
			    const struct cpupolicy_policy *host)
{
	struct listing listing = { .writing = writing, .what = what };

	cpupolicy_check(guest, host, hear, &listing);
	flush(&listing);
	writing->out->failed |= listing.names.failed;
	free(listing.names.s);
}
