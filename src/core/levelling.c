// SPDX-License-Identifier: MIT
/*
 * levelling.c - the MSR writes by which a CPU itself shows a policy.
 */
#include "levelling.h"

const struct cpupolicy_row *
cpupolicy__levelling_row(const struct planner *planner, uint32_t leaf,
			 uint32_t subleaf)
{
	if (!cpupolicy__in_range(planner->set, leaf))
		return NULL;
	return cpupolicy__find_row(planner->set, leaf, subleaf);
}

static uint32_t bit_in(const struct planner *planner, uint32_t field,
		       uint32_t leaf, uint32_t reg)
{
	const struct cpupolicy_field *f = &cpupolicy__fields[field];

	if (f->at.leaf != leaf || f->at.reg != reg ||
	    !cpupolicy__for_vendor(cpupolicy__places[field].vendors,
				   planner->set->vendor->id))
		return 0;
	return 1u << f->at.low;
}

/*
 * Bits that show the state of a register if the value has them: Xen found that
 * Intel's CPUs put them in and then mask, AMD's only where the bit is 1
 * (arch/x86/domain.c, domain_cpu_policy_changed()).
 */
static uint32_t forwarded(const struct planner *planner, uint32_t leaf,
			  uint32_t reg)
{
	return bit_in(planner, CPUPOLICY__FIELD_apic, leaf, reg) |
	       bit_in(planner, CPUPOLICY__FIELD_e_apic, leaf, reg);
}

/* What one half of an MSR is to be. */
static CPUPOLICY_OWN_FRAME uint32_t half(const struct planner *planner,
					 const struct cpupolicy_row *row,
					 uint32_t reg)
{
	uint32_t word = cpupolicy__slot(row->leaf, row->subleaf) * 4u + reg;
	uint32_t is = cpupolicy__register_of(row, reg);
	uint32_t want = planner->policy->word[word];
	uint32_t osxsave =
		bit_in(planner, CPUPOLICY__FIELD_osxsave, row->leaf, reg);
	uint32_t decided = cpupolicy__keep[word] | osxsave;
	uint32_t value = want & is & decided;

	/* a number, and the flags of other registers of that leaf are there */
	if (row->leaf == 7 && reg == CPUPOLICY_EAX)
		return want < is ? want : is;
	if (osxsave && CPUPOLICY__GET(planner->policy, xsave) &&
	    cpupolicy__recorded(planner->set, CPUPOLICY__FIELD_xsave))
		value |= osxsave;
	/* what is in no policy stays as the CPU has it: topology */
	if (planner->means->kind == CPUPOLICY_LEVELLING_MASK)
		value |= ~decided;
	else
		value |= (is & ~decided) | (want & cpupolicy__or[word]);
	/* a limitation is never hidden */
	return value | (is & cpupolicy__or[word]) |
	       forwarded(planner, row->leaf, reg);
}

static CPUPOLICY_OWN_FRAME void
write_msr(const struct planner *planner,
	  const struct cpupolicy__levelling_msr *msr)
{
	const struct cpupolicy_row *row =
		cpupolicy__levelling_row(planner, msr->leaf, msr->subleaf);
	const uint8_t reg[2] = { msr->low, msr->high };
	struct cpupolicy_levelling_write *out =
		&planner->plan->write[planner->plan->nr_writes];
	uint32_t all = 0;

	if (!row)
		return;
	out->value = out->mask = 0;
	for (uint32_t i = 0; i < 2; i++) {
		if (reg[i] == CPUPOLICY_LEVELLING_NO_REGISTER)
			continue;
		all |= cpupolicy__register_of(row, reg[i]);
		out->value |= (uint64_t)half(planner, row, reg[i]) << 32 * i;
		out->mask |= (uint64_t)0xffffffffu << 32 * i;
	}
	/* AMD's MSR of leaf 6 is there where that leaf has something in ECX */
	if (!all)
		return;
	out->msr = msr->msr;
	out->edi = planner->means->edi;
	out->leaf = msr->leaf;
	out->subleaf = msr->subleaf;
	out->low = msr->low;
	out->high = msr->high;
	out->kind = planner->means->kind;
	planner->plan->nr_writes++;
}

/* Faulting as recorded; where it was not, that is reported. */
static CPUPOLICY_OWN_FRAME bool announced(const struct planner *planner,
					  const struct cpupolicy__faulting *how)
{
	const struct cpupolicy_field *field = &cpupolicy__fields[how->field];
	struct cpupolicy_finding finding = {
		.code = CPUPOLICY_F_NOT_RECORDED,
		.grade = CPUPOLICY_GRADE_NOTE,
		.field = field,
		.at = field->at,
		.mask = 1u << field->at.low,
	};

	if (cpupolicy__recorded(planner->set, how->field))
		return true;
	/* leaves out of range are zero; an MSR may just not have been read. No
	 * model has both masks and that */
	if (field->at.space != CPUPOLICY_SPACE_MSR || !planner->sink ||
	    planner->set->vendor->levelling(planner->set->signature))
		return false;
	for (size_t i = 0; i < planner->set->nr_msrs; i++)
		if (planner->set->msrs[i].index == field->at.leaf)
			return false;
	planner->sink(planner->arg, &finding);
	return false;
}

static CPUPOLICY_OWN_FRAME bool plan_faulting(const struct planner *planner)
{
	const struct cpupolicy__faulting *how = planner->set->vendor->faulting;
	enum cpupolicy_faulting ask = planner->cpu->faulting;

	if (!how || ask == CPUPOLICY_FAULTING_NO ||
	    (ask != CPUPOLICY_FAULTING_YES && !announced(planner, how)))
		return false;
	planner->plan->nr_writes = 1;
	planner->plan->write[0] = (struct cpupolicy_levelling_write){
		.value = (uint64_t)1 << how->bit,
		.mask = (uint64_t)1 << how->bit,
		.msr = how->msr,
		.low = CPUPOLICY_LEVELLING_NO_REGISTER,
		.high = CPUPOLICY_LEVELLING_NO_REGISTER,
		.kind = CPUPOLICY_LEVELLING_FAULTING,
	};
	return true;
}

static CPUPOLICY_OWN_FRAME void plan_msrs(struct planner *planner)
{
	const struct cpupolicy__vendor *vendor = planner->set->vendor;

	if (!planner->cpu->guest && vendor->levelling)
		planner->means = vendor->levelling(planner->set->signature);
	for (uint32_t i = 0; planner->means && i < planner->means->nr; i++)
		write_msr(planner, &planner->means->msr[i]);
	cpupolicy__levelling_compare(planner);
}

/* Only what makes a guest not fit stands in the way of a plan. */
static void pass_blocks(void *arg, const struct cpupolicy_finding *finding)
{
	const struct cpupolicy__report *to = arg;

	if (to->sink && finding->grade == CPUPOLICY_GRADE_BLOCK)
		to->sink(to->arg, finding);
}

static CPUPOLICY_OWN_FRAME void plan(struct cpupolicy_levelling *out,
				     const struct cpupolicy_levelling_cpu *cpu,
				     const struct cpupolicy_policy *policy,
				     const struct hostset *set)
{
	struct planner planner = {
		.plan = out,
		.cpu = cpu,
		.policy = policy,
		.set = set,
		.sink = set->report.sink,
		.arg = set->report.arg,
	};

	out->nr_writes = out->nr_visible = 0;
	if (!plan_faulting(&planner))
		plan_msrs(&planner);
}

int cpupolicy_levelling_plan(struct cpupolicy_levelling *out,
			     const struct cpupolicy_levelling_cpu *cpu,
			     const struct cpupolicy_policy *policy,
			     cpupolicy_sink *sink, void *arg)
{
	struct hostset set = {
		.rows = cpu->rows,
		.nr_rows = cpu->nr_rows,
		.msrs = cpu->msrs,
		.nr_msrs = cpu->nr_msrs,
		.report = { .sink = sink, .arg = arg },
	};

	if (!cpupolicy__identify(&set))
		return CPUPOLICY_E_INVALID;
	if (cpupolicy_check(policy, cpu->host, pass_blocks, &set.report) ==
	    CPUPOLICY_DOES_NOT_FIT)
		return CPUPOLICY_E_EXCEEDS;
	plan(out, cpu, policy, &set);
	return CPUPOLICY_OK;
}
