/* SPDX-License-Identifier: MIT */
/*
 * kvm_fd.h - what the files that make KVM's ioctls share.
 */
#ifndef CPUPOLICY_SRC_KVM_FD_H
#define CPUPOLICY_SRC_KVM_FD_H

#include "kvm.h"

/* "KVM: WHAT: " and errno in words; returns CPUPOLICY_E_IO. */
int cpupolicy__kvm_fail(struct cpupolicy_error *error, const char *what);

/* Of /dev/kvm or a vCPU. One at a time: of several KVM stops at the first that
 * it cannot read. */
bool cpupolicy__kvm_get_msr(uint64_t *value, int fd, uint32_t index);

/* State components that the running kernel knows; 0 before Linux 5.16. */
uint64_t cpupolicy__xstate_supported(void);

#endif
