// SPDX-License-Identifier: MIT
/*
 * labels_write.c - a CPU as labels that a host must have: for selectors of
 * nodes, and for flavours.
 */
#include <stdio.h>
#include <stdlib.h>

#include "labels.h"
#include "naming.h"

/** struct listing - labels being written, once each */
struct listing {
	const struct cpupolicy__naming *naming;
	const struct cpupolicy__labels *labels;
	struct cpupolicy__text done, hidden;
};

static void write_label(struct listing *listing, const char *prefix,
			const char *name)
{
	const struct cpupolicy__labels *labels = listing->labels;

	cpupolicy__text_add(listing->naming->writing->out, "%s%s%s%s\n",
			    labels->before, prefix, name, labels->after);
}

static void write_feature(struct listing *listing, const char *name)
{
	if (!listing->done.failed &&
	    cpupolicy__in_list(listing->done.s, name, strlen(name)))
		return;
	cpupolicy__text_add(&listing->done, " %s", name);
	if (cpupolicy__name_is_hidden(listing->naming->project, name))
		cpupolicy__text_add(&listing->hidden, " %s", name);
	write_label(listing,
		    listing->labels->prefix_is_name ? ""
						    : listing->labels->prefix,
		    name);
}

static void write_features(struct listing *listing)
{
	const struct cpupolicy__naming *naming = listing->naming;

	for (uint32_t i = 0; i < cpupolicy_field_count(); i++) {
		const char *name;

		if (naming->told[i] != CPUPOLICY__ON)
			continue;
		name = cpupolicy__naming_name(naming, cpupolicy_field_at(i));
		if (name)
			write_feature(listing, name);
	}
}

/* Of no use on another maker's node; libvirt's names are the labels' too. */
static void write_maker(struct listing *listing)
{
	const char *maker =
		cpupolicy__maker_name(cpupolicy__cpu_models(CPUPOLICY__LIBVIRT),
				      listing->naming->maker);

	if (!maker)
		return;
	if (listing->naming->project == CPUPOLICY__LIBVIRT)
		write_label(listing, "cpu-vendor.node.kubevirt.io/", maker);
	if (listing->naming->project == CPUPOLICY__NFD)
		cpupolicy__text_add(listing->naming->writing->out,
				    "feature.node.kubernetes.io/"
				    "cpu-model.vendor_id: %s\n",
				    maker);
}

/* KubeVirt says of a node which of libvirt's models it has. */
static void write_model(struct listing *listing)
{
	static const struct cpupolicy__wish wish = { .subset = true };
	const struct cpupolicy__naming *naming = listing->naming;
	struct cpupolicy__choice choice;

	cpupolicy__choose(&choice, naming, &wish);
	if (choice.model)
		write_label(listing, "cpu-model.node.kubevirt.io/",
			    choice.model->name);
	cpupolicy__choice_clear(&choice);
}

/* A list of any length, a piece to each sentence. */
static void lose_hidden(const struct listing *listing)
{
	const char *list = listing->hidden.s, *word;
	struct cpupolicy__text some = { 0 };
	size_t length;

	while (list && cpupolicy__next_word(&word, &length, &list)) {
		cpupolicy__text_add(&some, " %.*s", (int)length, word);
		if (some.length < 200 && *list)
			continue;
		cpupolicy__lose(listing->naming->writing,
				"%s does not publish these unless it is "
				"configured to:%.300s",
				listing->labels->who,
				some.failed ? "" : some.s);
		some.length = 0;
	}
	free(cpupolicy__text_take(&some));
}

void cpupolicy__labels_write(struct cpupolicy__writing *writing,
			     const struct cpupolicy_record *record,
			     const struct cpupolicy__labels *labels,
			     enum cpupolicy__project project)
{
	static const char *const none[] = { "vendor_*", "max_*", NULL };
	struct cpupolicy__naming naming;
	struct listing listing = { .naming = &naming, .labels = labels };
	char who[64];

	if (cpupolicy__naming_begin(&naming, writing, record, project, false)) {
		write_features(&listing);
		/* they are of use beside features alone */
		if (listing.done.length)
			write_maker(&listing);
		if (listing.done.length && naming.models)
			write_model(&listing);
		lose_hidden(&listing);
		snprintf(who, sizeof(who), "%s has", labels->who);
		cpupolicy__naming_lose(&naming, who, none);
		cpupolicy__lose(writing,
				"labels say what a host must have: what a "
				"guest must not see is not among them");
	}
	free(cpupolicy__text_take(&listing.done));
	free(cpupolicy__text_take(&listing.hidden));
	cpupolicy__naming_end(&naming);
}
