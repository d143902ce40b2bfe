/* SPDX-License-Identifier: MIT */
/*
 * remarks.h - what a sink of kvm.h has heard. For cmocka tests.
 */
#ifndef TESTS_REMARKS_H
#define TESTS_REMARKS_H

#include "host/kvm.h"

#define FLAG KVM_CPUID_FLAG_SIGNIFCANT_INDEX

struct remarks {
	size_t nr;
	struct cpupolicy_kvm_remark item[64];
};

static inline void hear_remark(void *arg,
			       const struct cpupolicy_kvm_remark *remark)
{
	struct remarks *remarks = arg;

	assert_true(remarks->nr < 64);
	remarks->item[remarks->nr++] = *remark;
}

#endif
