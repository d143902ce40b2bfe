// SPDX-License-Identifier: MIT
/*
 * crowd.c - see crowd.h
 */
#include <stdlib.h>
#include <string.h>

#include "crowd.h"

struct reading {
	const struct cpupolicy_hostset_options *options;
	enum cpupolicy_set set;
};

struct joining {
	struct cpupolicy_policy policy, normal;
	bool partly;
};

static void hear(void *arg, const struct cpupolicy_finding *finding)
{
	struct joining *joining = arg;

	joining->partly |= finding->code == CPUPOLICY_F_NOT_RECORDED;
}

/* How members are remembered: their class, and whether all of it was recorded.
 */
static size_t mark(uint32_t class, bool partly)
{
	return (size_t) class * 2 + partly;
}

static void join(struct crowd *crowd, size_t marked)
{
	size_t class = marked / 2;

	if (class == crowd->nr) {
		crowd->class = more_room(crowd->class, &crowd->room,
					 crowd->nr + 1, sizeof(*crowd->class));
		crowd->class[crowd->nr++] = (struct crowd_class){ 0 };
	}
	crowd->class[class].members++;
	crowd->class[class].partly += marked % 2;
	crowd->members++;
}

static int work_out(size_t *marked, struct crowd *crowd,
		    struct joining *joining, const struct input *input,
		    const struct reading *reading)
{
	int status;

	joining->partly = false;
	status = input_policy(&joining->policy, input, reading->options,
			      reading->set, hear, joining);
	if (status)
		return status;
	joining->normal = joining->policy;
	input_normalize(&joining->normal, input);
	crowd->literal |=
		!cpupolicy_policy_equal(&joining->normal, &joining->policy);
	*marked = mark(pool_class_of(&crowd->fleet, &joining->policy),
		       joining->partly);
	return 0;
}

static int read_one(struct crowd *crowd, struct joining *joining,
		    struct check_operand *operand,
		    const struct reading *reading)
{
	struct input *input = &operand->input;
	struct inputs *inputs = &operand->inputs;
	const struct pool_text *seen = NULL;
	struct pool_key key;
	size_t marked;
	int status;
	bool keyed = pool_key(&key, input->text, input->size, inputs->lines);

	if (keyed)
		seen = pool_text_seen(&crowd->texts, &key);
	if (seen) {
		join(crowd, seen->kind);
		return 0;
	}
	status = inputs_parse(input, inputs);
	if (!status)
		status = work_out(&marked, crowd, joining, input, reading);
	if (status)
		return status;
	join(crowd, marked);
	if (keyed)
		pool_text_see(&crowd->texts, &key, marked);
	return 0;
}

int crowd_read(struct crowd *crowd, struct check_operand *operand,
	       const struct cpupolicy_hostset_options *options,
	       enum cpupolicy_set set)
{
	struct joining *joining =
		more_room(NULL, &(size_t){ 0 }, 1, sizeof(*joining));
	const struct reading reading = { options, set };
	struct inputs *inputs = &operand->inputs;
	int status = 0;

	/* its first document was moved to already */
	do {
		status = read_one(crowd, joining, operand, &reading);
		input_close(&operand->input);
	} while (!status && inputs_next(&operand->input, inputs));
	progress_end();
	free(joining);
	return status ? status : inputs->status;
}

void crowd_free(struct crowd *crowd)
{
	cpupolicy_fleet_free(crowd->fleet);
	pool_texts_free(&crowd->texts);
	free(crowd->class);
}
