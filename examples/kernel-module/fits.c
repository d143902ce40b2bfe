// SPDX-License-Identifier: MIT
/*
 * fits.c - a kernel module that says whether a guest could run here.
 *
 *	insmod cpupolicy_fits.ko guest=haswell
 *
 * The guest was promised a model; the host is the CPU that loads the module,
 * with what KVM supplies and withholds. Findings and verdict go to the kernel's
 * log. Policies are too large for a kernel's stack, so they are allocated.
 */
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <asm/processor.h>

#include <cpupolicy.h>

static char *guest = "x86-64-v2";
module_param(guest, charp, 0444);
MODULE_PARM_DESC(guest, "the model that the guest was promised");

/* As many as a policy has places for. */
#define ROWS 256

struct question {
	struct cpupolicy_policy guest;
	struct cpupolicy_policy host;
	struct cpupolicy_row rows[ROWS];
	size_t nr_rows;
};

/* Registers of leaves that do not exist are those of another leaf. */
static bool exists(const struct cpupolicy_row *row)
{
	return row->leaf <= cpuid_eax(row->leaf & 0xc0000000);
}

/* CPUID of this CPU, for every row that can matter to a policy. */
static void read_rows(void *arg)
{
	struct question *question = arg;
	struct cpupolicy_row row;
	uint32_t i;

	for (i = 0; cpupolicy_policy_row_at(&row, &question->guest, i); i++) {
		if (question->nr_rows == ROWS)
			return;
		if (!exists(&row))
			continue;
		cpuid_count(row.leaf, row.subleaf, &row.eax, &row.ebx, &row.ecx,
			    &row.edx);
		question->rows[question->nr_rows++] = row;
	}
}

static void say(void *arg, const struct cpupolicy_finding *finding)
{
	char at[CPUPOLICY_ADDRESS_TEXT];

	pr_info("cpupolicy: F%03u %s %s %s: guest %x, host %x\n", finding->code,
		cpupolicy_grade_name(finding->grade),
		cpupolicy_address_text(at, &finding->at),
		finding->field ? finding->field->name : "", finding->guest,
		finding->host);
}

static int answer(struct question *question)
{
	const struct cpupolicy_hostset_options options = {
		.set = CPUPOLICY_SET_ACCEPT,
		.hypervisor = CPUPOLICY_HYPERVISOR_KVM,
	};
	const struct cpupolicy_model *model = cpupolicy_model_find(guest);
	enum cpupolicy_verdict verdict;
	int status;

	if (!model) {
		pr_err("cpupolicy: no model is called '%s'\n", guest);
		return -EINVAL;
	}
	cpupolicy_policy_clear(&question->guest);
	status = smp_call_function_single(raw_smp_processor_id(), read_rows,
					  question, true);
	if (status)
		return status;
	status = cpupolicy_hostset(&question->host, question->rows,
				   question->nr_rows, NULL, 0, &options, NULL,
				   NULL);
	if (status) {
		pr_err("cpupolicy: %s\n", cpupolicy_strerror(status));
		return -EIO;
	}
	cpupolicy_model_policy(&question->guest, model);
	cpupolicy_policy_adopt_vendor(&question->guest, &question->host);
	verdict = cpupolicy_check(&question->guest, &question->host, say, NULL);
	pr_info("cpupolicy: a guest of %s %s on this CPU\n", guest,
		cpupolicy_verdict_text(verdict));
	return 0;
}

static int __init fits_init(void)
{
	struct question *question = kzalloc(sizeof(*question), GFP_KERNEL);
	int status;

	if (!question)
		return -ENOMEM;
	status = answer(question);
	kfree(question);
	return status;
}

static void __exit fits_exit(void)
{
}

module_init(fits_init);
module_exit(fits_exit);
MODULE_DESCRIPTION("Says whether a guest of a CPU model could run here");
MODULE_LICENSE("Dual MIT/GPL");
