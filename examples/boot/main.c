// SPDX-License-Identifier: MIT
/*
 * main.c - a hypervisor that runs one guest after the other under one policy.
 */
#include "console.h"
#include "hypervisor.h"
#include "layout.h"
#include "mem.h"
#include "x86.h"

int main(void);

/* Made from a JSON file when the image is built. */
extern const unsigned char encoded_policy[];
extern const size_t encoded_policy_size;

extern const unsigned char guest64[], guest32[], guest16[];
extern const size_t guest64_size, guest32_size, guest16_size;

extern uint64_t page_tables[], page_directory32[];

static struct cpupolicy_policy policy;

static void set_up_guests(struct guest guests[3])
{
	const struct segment flat = {
		.limit = 0xffffffff,
		.selector = DATA,
		.access = 0xc093,
	};
	const struct segment real = {
		.base = GUEST_BASE,
		.limit = 0xffff,
		.selector = GUEST_BASE / 16,
		.access = 0x0093,
	};

	guests[0] = (struct guest){
		.name = "64",
		.image = guest64,
		.size = guest64_size,
		.cr0 = CR0_PE | CR0_ET | CR0_NE | CR0_PG,
		.cr3 = (uintptr_t)page_tables,
		.cr4 = CR4_PAE,
		.efer = EFER_LME | EFER_LMA,
		.rip = GUEST_BASE,
		.rsp = GUEST_STACK,
		.code = { 0, 0xffffffff, CODE64, 0xa09b },
		.data = flat,
	};
	guests[1] = (struct guest){
		.name = "32",
		.image = guest32,
		.size = guest32_size,
		.cr0 = CR0_PE | CR0_ET | CR0_NE | CR0_PG,
		.cr3 = (uintptr_t)page_directory32,
		.cr4 = CR4_PSE,
		.rip = GUEST_BASE,
		.rsp = GUEST_STACK,
		.code = { 0, 0xffffffff, CODE32, 0xc09b },
		.data = flat,
	};
	guests[2] = (struct guest){
		.name = "16",
		.image = guest16,
		.size = guest16_size,
		.cr0 = CR0_ET | CR0_NE,
		.rsp = GUEST_STACK - GUEST_BASE,
		.code = real,
		.data = real,
	};
	guests[2].code.access = 0x009b;
}

static void say(const char *what, const char *name, const char *why)
{
	put_string("@ ");
	put_string(what);
	put_string(" ");
	put_string(name);
	if (why) {
		put_string(": ");
		put_string(why);
	}
	put_string("\n");
}

static const struct hypervisor *pick(void)
{
	const struct hypervisor *const all[] = { &vmx_hypervisor,
						 &svm_hypervisor };

	for (uint32_t i = 0; i < 2; i++) {
		const char *why = all[i]->start();

		if (!why) {
			say("hypervisor", all[i]->name, NULL);
			return all[i];
		}
		say("skip", all[i]->name, why);
	}
	return NULL;
}

static void run(const struct hypervisor *hypervisor, const struct guest *guest)
{
	const char *why = hypervisor->cannot_run(guest);

	if (why) {
		say("skip guest", guest->name, why);
		return;
	}
	memset((void *)GUEST_BASE, 0, GUEST_BYTES);
	memcpy((void *)GUEST_BASE, guest->image, guest->size);
	say("guest", guest->name, NULL);
	why = hypervisor->run(guest, &policy);
	say(why ? "fail guest" : "end guest", guest->name, why);
}

int main(void)
{
	const struct hypervisor *hypervisor;
	struct guest guests[3];

	set_up_exceptions();
	if (cpupolicy_decode(&policy, encoded_policy, encoded_policy_size)) {
		say("fail", "policy", "it cannot be decoded");
		return 1;
	}
	hypervisor = pick();
	if (!hypervisor)
		return 0;
	set_up_guests(guests);
	for (uint32_t i = 0; i < 3; i++)
		run(hypervisor, &guests[i]);
	say("end", "image", NULL);
	return 0;
}
