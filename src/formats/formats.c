// SPDX-License-Identifier: MIT
/*
 * formats.c - the list of formats. Where two are equally sure of a file, the
 * first has it.
 */
#include "format.h"

const struct cpupolicy__format *const cpupolicy__formats[] = {
	&cpupolicy__format_json,
	&cpupolicy__format_cpuid_r,
	&cpupolicy__format_aida,
	&cpupolicy__format_firecracker,
	&cpupolicy__format_libvirt_cpudata,
	&cpupolicy__format_proc_cpuinfo,
	&cpupolicy__format_qmp,
	&cpupolicy__format_libvirt_caps,
	&cpupolicy__format_libvirt_guest,
	&cpupolicy__format_libvirt_host,
	&cpupolicy__format_libcpuid_raw,
	&cpupolicy__format_kcpuid,
	&cpupolicy__format_xen_cpuid,
	&cpupolicy__format_xen_featureset,
	&cpupolicy__format_xl,
	&cpupolicy__format_xl_registers,
	&cpupolicy__format_qemu,
	&cpupolicy__format_openstack,
	&cpupolicy__format_kubevirt,
	&cpupolicy__format_nfd,
	&cpupolicy__format_proxmox,
	&cpupolicy__format_vmx,
	&cpupolicy__format_evc,
	&cpupolicy__format_hyperv,
	&cpupolicy__format_sde,
	&cpupolicy__format_dev_cpuid,
	NULL,
};
