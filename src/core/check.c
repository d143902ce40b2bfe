// SPDX-License-Identifier: MIT
/*
 * check.c - compare what a guest was promised with what a host honours.
 *
 * Flags are compared a word at a time against constant rule words, so a check
 * that finds nothing costs a few loads per word; only a difference looks at
 * fields.
 */
#include "internal.h"

struct check {
	const struct cpupolicy_policy *guest, *host;
	cpupolicy_sink *sink;
	void *arg;
	enum cpupolicy_grade worst;
	enum cpupolicy_vendor_id vendor;
	bool host_named; /* the host set has paravirtual sections */
};

static bool named(const struct cpupolicy_policy *policy)
{
	return policy->bases != 0;
}

static bool lacks(const struct cpupolicy_policy *host, uint32_t field)
{
	return field != CPUPOLICY__NONE && !cpupolicy__get(host, field);
}

/* Is everything there that makes the difference harmless? */
static bool immune(const struct cpupolicy_policy *host, uint32_t field)
{
	bool listed = false;

	for (uint32_t i = 0; i < cpupolicy__nr_unlesses; i++) {
		if (cpupolicy__unlesses[i].field != field)
			continue;
		if (!cpupolicy__get(host, cpupolicy__unlesses[i].immune) &&
		    !lacks(host, cpupolicy__unlesses[i].absent))
			return false;
		listed = true;
	}
	return listed;
}

static uint32_t code_of(const struct cpupolicy_field *field)
{
	switch ((enum cpupolicy_rule)field->rule) {
	case CPUPOLICY_RULE_SUPERSET:
		return CPUPOLICY_F_LIMITATION;
	case CPUPOLICY_RULE_ATMOST:
		return CPUPOLICY_F_NUMBER_TOO_LARGE;
	case CPUPOLICY_RULE_EQUAL:
		if (field->grade == CPUPOLICY_GRADE_SECURITY)
			return CPUPOLICY_F_CLEARING_DIFFERS;
		if (field->at.space == CPUPOLICY_SPACE_CPU &&
		    field->at.leaf == 0xd)
			return CPUPOLICY_F_LAYOUT_DIFFERS;
		return CPUPOLICY_F_VALUE_DIFFERS;
	case CPUPOLICY_RULE_SUBSET:
	case CPUPOLICY_RULE_NONE:
		break;
	}
	if (field->grade == CPUPOLICY_GRADE_SECURITY)
		return CPUPOLICY_F_MITIGATION_MISSING;
	if (field->grade == CPUPOLICY_GRADE_HINT)
		return CPUPOLICY_F_HINT_MISSING;
	return CPUPOLICY_F_FEATURE_MISSING;
}

static void emit(struct check *check, const struct cpupolicy_finding *finding)
{
	if (finding->grade > check->worst)
		check->worst = (enum cpupolicy_grade)finding->grade;
	if (check->sink)
		check->sink(check->arg, finding);
}

/*
 * Bits that are no finding although they differ. A bit that one maker computes
 * (SYSCALL on Intel) says what another one says already. What the gate does not
 * open means nothing to the guest: leaf 0x1D that a monitor left behind. But a
 * weakness of the host that a guest without ARCH_CAPABILITIES cannot be told of
 * is there all the same, and a guest can switch on state whose feature it does
 * not see: KVM once saved PKRU without PKU, and could not restore it.
 */
static bool says_nothing(const struct check *check, uint32_t index)
{
	const struct cpupolicy_field *field = &cpupolicy__fields[index];
	uint32_t gate = cpupolicy__places[index].gate;

	if (field->rule == CPUPOLICY_RULE_NONE)
		return true;
	if (gate == CPUPOLICY__NONE || cpupolicy__get(check->guest, gate))
		return false;
	if (field->rule == CPUPOLICY_RULE_SUBSET)
		return field->at.space != CPUPOLICY_SPACE_CPU ||
		       field->at.leaf != 0xd;
	return field->grade != CPUPOLICY_GRADE_SECURITY ||
	       !cpupolicy__get(check->host, index);
}

/* A field whose rule is broken: in bits @mask of its word, for flags. */
static CPUPOLICY_OWN_FRAME void broken(struct check *check, uint32_t index,
				       uint32_t mask)
{
	const struct cpupolicy_field *field = &cpupolicy__fields[index];
	const struct cpupolicy__place *place = &cpupolicy__places[index];
	struct cpupolicy_finding finding = {
		.code = (uint16_t)code_of(field),
		.grade = field->grade,
		.field = field,
		.at = field->at,
		.mask = mask,
		.guest = cpupolicy__get(check->guest, index),
		.host = cpupolicy__get(check->host, index),
	};

	if (says_nothing(check, index) || immune(check->host, index))
		return;
	if (place->gate != CPUPOLICY__NONE)
		finding.cause = &cpupolicy__fields[place->gate];
	if (field->since > check->guest->table) {
		finding.code = CPUPOLICY_F_NEWER_THAN_POLICY;
		finding.grade = CPUPOLICY_GRADE_NOTE;
	}
	emit(check, &finding);
}

/* All broken bits of one word, lowest first. */
static CPUPOLICY_OWN_FRAME void broken_word(struct check *check, uint32_t word,
					    uint32_t bits)
{
	uint32_t unnamed = 0;

	for (uint32_t bit = 0; bit < 32; bit++) {
		uint32_t index;

		if (!(bits >> bit & 1))
			continue;
		index = cpupolicy__field_of_bit(word, bit, check->vendor);
		if (index == CPUPOLICY__NONE) {
			unnamed |= 1u << bit;
			continue;
		}
		broken(check, index,
		       bits & cpupolicy__places[index].mask
				       << cpupolicy__places[index].shift);
		bits &= ~(cpupolicy__places[index].mask
			  << cpupolicy__places[index].shift);
	}
	if (unnamed) {
		struct cpupolicy_finding finding = {
			.code = CPUPOLICY_F_UNNAMED_MISSING,
			.grade = CPUPOLICY_GRADE_BLOCK,
			.at = cpupolicy__address(word, unnamed),
			.mask = unnamed,
		};

		finding.guest = unnamed >> finding.at.low;
		emit(check, &finding);
	}
}

/* Is this the word of a paravirtual section that is not compared? */
static bool left_out(const struct check *check, uint32_t word)
{
	static const uint16_t first[] = { CPUPOLICY__SECTION_SLOTS };
	uint32_t space = CPUPOLICY_SPACE_KVM, base;

	if (word < CPUPOLICY__NR_CPU_SLOTS * 4 || word >= CPUPOLICY__MSR_WORD)
		return false;
	if (!check->host_named || !check->guest->bases)
		return true;
	while (space + 1 < CPUPOLICY_NR_SPACES &&
	       word / 4u >= first[space + 1 - CPUPOLICY_SPACE_KVM])
		space++;
	base = cpupolicy__section(check->guest, space);
	/* one that the guest lacks, or that is elsewhere (check_sections) */
	return !base || !cpupolicy__base_fits(
				base, cpupolicy__section(check->host, space));
}

static void check_flags(struct check *check)
{
	const uint32_t *guest = check->guest->word, *host = check->host->word;

	for (uint32_t i = 0; i < cpupolicy__nr_checked; i++) {
		const struct cpupolicy__checked *rule = &cpupolicy__checked[i];
		uint32_t g = guest[rule->word], h = host[rule->word];
		uint32_t bits = (g & ~h & rule->subset) |
				(h & ~g & rule->superset) |
				((g ^ h) & rule->equal);

		/* events that the guest's length leaves out say nothing */
		if (bits && rule->word == CPUPOLICY__W_CPU_A_0_EBX)
			bits &= cpupolicy__pmu_events(check->guest);
		if (bits && !left_out(check, rule->word))
			broken_word(check, rule->word, bits);
	}
}

static bool vendor_field(uint32_t field)
{
	return cpupolicy__places[field].word < 4;
}

static void check_numbers(struct check *check)
{
	for (uint32_t i = 0; i < cpupolicy__nr_numbers; i++) {
		const struct cpupolicy__number *number = &cpupolicy__numbers[i];
		uint32_t g = check->guest->word[number->word];
		uint32_t h = check->host->word[number->word];

		if (g == h)
			continue;
		g = g >> number->shift & number->mask;
		h = h >> number->shift & number->mask;
		if (g == h || vendor_field(number->field) ||
		    number->rule == CPUPOLICY_RULE_NONE ||
		    (number->rule == CPUPOLICY_RULE_ATMOST && g < h) ||
		    left_out(check, number->word))
			continue;
		/* what the host lacks is reported once, as such */
		if (number->gate != CPUPOLICY__NONE &&
		    !cpupolicy__get(check->host, number->gate))
			continue;
		broken(check, number->field, number->mask << number->shift);
	}
}

/* One finding, at the first of the three registers that differs. */
static CPUPOLICY_OWN_FRAME void check_vendor(struct check *check)
{
	static const uint16_t fields[] = {
		CPUPOLICY__FIELD_vendor_0,
		CPUPOLICY__FIELD_vendor_1,
		CPUPOLICY__FIELD_vendor_2,
	};

	for (uint32_t i = 0; i < 3; i++) {
		uint32_t g = cpupolicy__get(check->guest, fields[i]);
		uint32_t h = cpupolicy__get(check->host, fields[i]);

		if (g != h) {
			const struct cpupolicy_finding finding = {
				.code = CPUPOLICY_F_VENDOR_DIFFERS,
				.grade = CPUPOLICY_GRADE_BLOCK,
				.field = &cpupolicy__fields[fields[i]],
				.at = cpupolicy__fields[fields[i]].at,
				.mask = 0xffffffffu,
				.guest = g,
				.host = h,
			};

			emit(check, &finding);
			return;
		}
	}
}

/* Sections: which hypervisor, and where its leaves are. */
static CPUPOLICY_OWN_FRAME void check_sections(struct check *check)
{
	for (uint32_t space = CPUPOLICY_SPACE_KVM; space < CPUPOLICY_NR_SPACES;
	     space++) {
		uint32_t g = cpupolicy__section(check->guest, space);
		uint32_t h = cpupolicy__section(check->host, space);
		struct cpupolicy_finding finding = {
			.code = CPUPOLICY_F_HYPERVISOR_DIFFERS,
			.grade = CPUPOLICY_GRADE_BLOCK,
			.at = { .leaf = 0x40000000u,
				.space = (uint8_t)space,
				.high = 31 },
			.guest = g ? 0x40000000u + (g - 1) * 0x100u : 0,
			.host = h ? 0x40000000u + (h - 1) * 0x100u : 0,
		};

		if (!g || cpupolicy__base_fits(g, h))
			continue;
		if (!check->host_named) {
			finding.code = CPUPOLICY_F_PARAVIRT_NOT_COMPARED;
			finding.grade = CPUPOLICY_GRADE_NOTE;
		}
		emit(check, &finding);
	}
}

static CPUPOLICY_OWN_FRAME void check_identity(struct check *check)
{
	uint32_t word = CPUPOLICY__W_CPU_1_0_EAX;
	struct cpupolicy_finding finding = {
		.code = CPUPOLICY_F_IDENTITY_DIFFERS,
		.grade = CPUPOLICY_GRADE_NOTE,
		.at = { .leaf = 1, .reg = CPUPOLICY_EAX, .high = 31 },
		.mask = 0xffffffffu,
		.guest = check->guest->word[word],
		.host = check->host->word[word],
	};

	if (finding.guest && finding.host && finding.guest != finding.host)
		emit(check, &finding);
}

enum cpupolicy_verdict cpupolicy_check(const struct cpupolicy_policy *guest,
				       const struct cpupolicy_policy *host,
				       cpupolicy_sink *sink, void *arg)
{
	struct check check = {
		.guest = guest,
		.host = host,
		.sink = sink,
		.arg = arg,
		.vendor = cpupolicy_policy_vendor(guest),
		.host_named = named(host),
	};

	check_vendor(&check);
	check_identity(&check);
	check_flags(&check);
	check_numbers(&check);
	check_sections(&check);
	switch (check.worst) {
	case CPUPOLICY_GRADE_BLOCK:
		return CPUPOLICY_DOES_NOT_FIT;
	case CPUPOLICY_GRADE_SECURITY:
		return CPUPOLICY_FITS_INSECURE;
	case CPUPOLICY_GRADE_HINT:
	case CPUPOLICY_GRADE_NOTE:
		return CPUPOLICY_FITS_WITH_NOTES;
	case CPUPOLICY_GRADE_NONE:
		break;
	}
	return CPUPOLICY_FITS;
}

bool cpupolicy_check_clock(const struct cpupolicy_clock *guest,
			   const struct cpupolicy_clock *host)
{
	uint32_t g = guest->tsc_khz, h = host->tsc_khz, apart;

	if (!g || !h || host->scales)
		return true;
	apart = g > h ? g - h : h - g;
	/* apart / g <= ppm / 10^6, without a 64-bit division */
	return (uint64_t)apart * 1000000u <= (uint64_t)g * CPUPOLICY_CLOCK_PPM;
}
