// SPDX-License-Identifier: MIT
/*
 * clock.c - the option --tsc: the guest's time-stamp counter and the host's.
 *
 * Frequencies are no part of a policy, since equal within a tolerance is not
 * transitive; somebody who knows them says them.
 */
#include <stdlib.h>
#include <string.h>

#include "answer.h"

/* Behind the number, or NULL; kHz fit 32 bits. */
static const char *read_khz(uint32_t *out, const char *text)
{
	size_t length = strspn(text, "0123456789");

	if (!length || length > 9)
		return NULL;
	*out = (uint32_t)strtoul(text, NULL, 10);
	return *out ? text + length : NULL;
}

int clock_parse(struct question *question, const char *text)
{
	const char *rest = read_khz(&question->guest_clock.tsc_khz, text);

	if (rest && *rest == ':')
		rest = read_khz(&question->host_clock.tsc_khz, rest + 1);
	else
		rest = NULL;
	if (rest && strcmp(rest, ":scales") == 0)
		question->host_clock.scales = true;
	else if (!rest || *rest)
		return trouble("--tsc %s: expected two frequencies in kHz, "
			       "GUEST:HOST, and perhaps :scales",
			       text);
	return 0;
}

static void compare(struct findings *out, enum cpupolicy_grade grade,
		    const struct cpupolicy_clock *guest,
		    const struct cpupolicy_clock *host)
{
	const struct cpupolicy_finding finding = {
		.code = CPUPOLICY_F_CLOCK_DIFFERS,
		.grade = (uint8_t)grade,
		.at = { .leaf = 0x15, .reg = CPUPOLICY_EBX, .high = 31 },
		.mask = 0xffffffffu,
		.guest = guest->tsc_khz,
		.host = host->tsc_khz,
	};

	if (!cpupolicy_check_clock(guest, host))
		findings_sink(out, &finding);
}

void clock_check(struct findings *out, const struct question *question,
		 const struct check_operand *guest,
		 const struct check_operand *host)
{
	struct cpupolicy_clock told, there;

	if (question->guest_clock.tsc_khz) {
		compare(out, CPUPOLICY_GRADE_BLOCK, &question->guest_clock,
			&question->host_clock);
		return;
	}
	if (guest->input.kind != INPUT_RECORD ||
	    host->input.kind != INPUT_RECORD)
		return;
	cpupolicy_record_clock(&told, guest->input.document.record);
	cpupolicy_record_clock(&there, host->input.document.record);
	compare(out, CPUPOLICY_GRADE_NOTE, &told, &there);
}
