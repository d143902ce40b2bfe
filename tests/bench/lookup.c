// SPDX-License-Identifier: MIT
/*
 * lookup.c - one CPUID exit, set beside a list that is searched (Linux KVM's
 * shape, per vCPU), the same list bisected, arrays behind a switch (Xen's
 * shape, per VM) and a bare array index.
 */
#define _GNU_SOURCE
#include "others.h"
#include "../steps.h"

#define TRACE	 65536u /* too long for a branch predictor to learn */
#define MOST_VMS 4096u

struct question {
	uint32_t leaf, subleaf;
};

/* What is asked for how often: libc's start, Linux's boot, both weighed. */
static const struct {
	uint32_t leaf, subleaf, weight;
} usual[] = {
	{ 0, 0, 6 },	      { 1, 0, 8 },	    { 2, 0, 6 },
	{ 4, 0, 6 },	      { 4, 1, 6 },	    { 4, 2, 6 },
	{ 4, 3, 6 },	      { 4, 4, 2 },	    { 5, 0, 1 },
	{ 6, 0, 2 },	      { 7, 0, 6 },	    { 7, 1, 3 },
	{ 0xa, 0, 1 },	      { 0xb, 0, 2 },	    { 0xb, 1, 2 },
	{ 0xb, 2, 1 },	      { 0xd, 0, 4 },	    { 0xd, 1, 4 },
	{ 0xd, 2, 2 },	      { 0xd, 3, 1 },	    { 0xd, 5, 1 },
	{ 0xd, 6, 1 },	      { 0xd, 7, 1 },	    { 0xd, 9, 1 },
	{ 0x14, 0, 2 },	      { 0x15, 0, 1 },	    { 0x16, 0, 1 },
	{ 0x19, 0, 2 },	      { 0x1f, 0, 2 },	    { 0x40000000, 0, 2 },
	{ 0x40000001, 0, 2 }, { 0x80000000, 0, 6 }, { 0x80000001, 0, 6 },
	{ 0x80000002, 0, 1 }, { 0x80000003, 0, 1 }, { 0x80000004, 0, 1 },
	{ 0x80000005, 0, 2 }, { 0x80000006, 0, 2 }, { 0x80000007, 0, 3 },
	{ 0x80000008, 0, 4 }, { 0x8000001d, 0, 3 }, { 0x8000001d, 3, 2 },
	{ 0x8000001e, 0, 2 },
};

static struct question trace[TRACE];
static volatile uint32_t nothing; /* 0, which the compiler does not know */

/* Of ten: eight of the usual, one of a scan for hypervisors, one at random. */
static struct question random_question(uint64_t *seed)
{
	uint32_t total = 0, pick;

	pick = next_random(seed) % 10;
	if (pick == 0)
		return (struct question){
			0x40000000u + next_random(seed) % 256 * 0x100, 0
		};
	if (pick == 1)
		return (struct question){ next_random(seed),
					  next_random(seed) };
	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
		total += usual[i].weight;
	pick = next_random(seed) % total;
	for (size_t i = 0;; i++) {
		if (pick < usual[i].weight)
			return (struct question){ usual[i].leaf,
						  usual[i].subleaf };
		pick -= usual[i].weight;
	}
}

/** struct farm - VMs in every design, one array for each */
struct farm {
	size_t nr;
	struct list **lists;
	struct arrays *arrays;
	struct bare *bares;
	struct cpupolicy_policy *policies;
	struct cpupolicy_vcpu *vcpus;
};

/* What answers a question to a VM. */
typedef void (*answer)(struct cpupolicy_registers *out, const struct farm *farm,
		       size_t vm, uint32_t leaf, uint32_t subleaf);

static inline void ours(struct cpupolicy_registers *out,
			const struct farm *farm, size_t vm, uint32_t leaf,
			uint32_t subleaf)
{
	cpupolicy_lookup(out, &farm->policies[vm], &farm->vcpus[vm], leaf,
			 subleaf);
}

static inline void ours_shared(struct cpupolicy_registers *out,
			       const struct farm *farm, size_t vm,
			       uint32_t leaf, uint32_t subleaf)
{
	cpupolicy_lookup(out, farm->policies, &farm->vcpus[vm], leaf, subleaf);
}

static inline void scanned(struct cpupolicy_registers *out,
			   const struct farm *farm, size_t vm, uint32_t leaf,
			   uint32_t subleaf)
{
	scan_lookup(out, farm->lists[vm], leaf, subleaf);
}

static inline void bisected(struct cpupolicy_registers *out,
			    const struct farm *farm, size_t vm, uint32_t leaf,
			    uint32_t subleaf)
{
	bisect_lookup(out, farm->lists[vm], leaf, subleaf);
}

static inline void switched(struct cpupolicy_registers *out,
			    const struct farm *farm, size_t vm, uint32_t leaf,
			    uint32_t subleaf)
{
	arrays_lookup(out, &farm->arrays[vm], &farm->vcpus[vm], leaf, subleaf);
}

static inline void indexed(struct cpupolicy_registers *out,
			   const struct farm *farm, size_t vm, uint32_t leaf,
			   uint32_t subleaf)
{
	bare_lookup(out, &farm->bares[vm], leaf, subleaf);
}

/** struct run - a farm, and how many of its VMs take part */
struct run {
	const struct farm *farm;
	size_t nr;
};

/* One question after the other; the answers are only summed. */
static inline uint64_t stream(const struct run *run, answer ask)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < TRACE; i++) {
		struct cpupolicy_registers r;

		ask(&r, run->farm, 0, trace[i].leaf, trace[i].subleaf);
		sum += r.eax ^ r.edx;
	}
	return sum;
}

/* Each question waits for the answer before; VMs take turns at random. */
static inline uint64_t chain(const struct run *run, answer ask)
{
	uint32_t zero = nothing, last = 0;
	uint64_t seed = 88172645463325252u, sum = 0;

	for (uint32_t i = 0; i < TRACE; i++) {
		size_t vm = run->nr == 1 ? 0 : next_random(&seed) % run->nr;
		struct cpupolicy_registers r;

		last &= zero;
		ask(&r, run->farm, vm + last, trace[i].leaf + last,
		    trace[i].subleaf + last);
		last = r.eax;
		sum += r.eax ^ r.ebx ^ r.ecx ^ r.edx;
	}
	return sum;
}

#define BOTH(design)                                                           \
	static uint64_t stream_##design(const void *arg)                       \
	{                                                                      \
		return stream(arg, design);                                    \
	}                                                                      \
	static uint64_t chain_##design(const void *arg)                        \
	{                                                                      \
		return chain(arg, design);                                     \
	}
BOTH(ours)
BOTH(scanned)
BOTH(bisected)
BOTH(switched)
BOTH(indexed)
static uint64_t chain_ours_shared(const void *arg)
{
	return chain(arg, ours_shared);
}

static void make_vm(struct farm *farm, size_t vm, uint32_t entries)
{
	static struct list list;
	struct cpupolicy_vcpu *vcpu = &farm->vcpus[vm];
	const struct cpupolicy_policy *policy = &farm->policies[vm];
	size_t size =
		offsetof(struct list, entry) + entries * sizeof(struct entry);

	cpupolicy_vcpu_init(vcpu);
	vcpu->topology = (struct cpupolicy_topology){ 2, 4, 1, 1, 8 };
	vcpu->hypervisor = true;
	vcpu->cr4 = 0x3606f0;
	vcpu->mode64 = true;
	vcpu->xcr0 = 0xe7;
	vcpu->tsc_khz = 2500000;
	vcpu->apic_khz = 1000000;
	vcpu->apic_id = (uint32_t)vm % 64;
	if (cpupolicy_vcpu_prepare(vcpu, policy))
		exit(2);
	make_list(&list, policy, vcpu);
	size_list(&list, entries);
	farm->lists[vm] = bench_room(1, size);
	memcpy(farm->lists[vm], &list, size);
	make_arrays(&farm->arrays[vm], policy, vcpu);
	for (uint32_t i = 0; i < 512; i++)
		cpupolicy_lookup(&farm->bares[vm].row[i], policy, vcpu,
				 (i / 64 & 3) << 30 | i % 64, i / 256);
}

static struct farm make_farm(const struct cpupolicy_policy *policy, size_t nr,
			     uint32_t entries)
{
	struct farm farm = {
		.nr = nr,
		.lists = bench_room(nr, sizeof(*farm.lists)),
		.arrays = bench_room(nr, sizeof(*farm.arrays)),
		.bares = bench_room(nr, sizeof(*farm.bares)),
		.policies = bench_room(nr, sizeof(*farm.policies)),
		.vcpus = bench_room(nr, sizeof(*farm.vcpus)),
	};

	for (size_t i = 0; i < nr; i++) {
		farm.policies[i] = *policy;
		make_vm(&farm, i, entries);
	}
	return farm;
}

static void free_farm(struct farm *farm)
{
	for (size_t i = 0; i < farm->nr; i++)
		free(farm->lists[i]);
	free(farm->lists);
	free(farm->arrays);
	free(farm->bares);
	free(farm->policies);
	free(farm->vcpus);
}

static void at_entries(const struct cpupolicy_policy *policy, uint32_t entries)
{
	struct farm farm = make_farm(policy, 1, entries);
	struct run run = { .farm = &farm, .nr = 1 };
	struct timed list[] = {
#define ONE(name, f, base, goal)                                               \
	{ .what = name,                                                        \
	  .run = f,                                                            \
	  .arg = &run,                                                         \
	  .calls = TRACE,                                                      \
	  .against = base,                                                     \
	  .target = goal }
		ONE("scan, mix", stream_scanned, NULL, 0),
		ONE("bisection, mix", stream_bisected, &list[0], 0),
		ONE("switch and arrays, mix", stream_switched, &list[0], 0),
		ONE("bare index, mix", stream_indexed, &list[0], 0),
		ONE("look-up, mix", stream_ours, &list[0], 9),
		ONE("scan, chain", chain_scanned, NULL, 0),
		ONE("bisection, chain", chain_bisected, &list[5], 0),
		ONE("switch and arrays, chain", chain_switched, &list[5], 0),
		ONE("bare index, chain", chain_indexed, &list[5], 0),
		ONE("look-up, chain", chain_ours, &list[5], 12),
		{ 0 },
	};

	printf("\n%u entries\n", entries);
	time_all(list);
	print_times(list);
	free_farm(&farm);
}

static void at_machines(const struct farm *farm, size_t nr)
{
	struct run run = { .farm = farm, .nr = nr };
	struct timed list[] = {
		ONE("scan, a list a vCPU", chain_scanned, NULL, 0),
		ONE("switch and arrays, a VM", chain_switched, &list[0], 0),
		ONE("look-up, a policy a VM", chain_ours, &list[0], 0),
		ONE("look-up, one policy for all", chain_ours_shared, &list[0],
		    25),
		{ 0 },
	};

	printf("\n%zu VMs, 80 entries, chain\n", nr);
	time_all(list);
	print_times(list);
}

/* The lines of one VM are in no cache; whose data is flushed, @arg says. */
struct flushed {
	const char *what;
	answer ask;
	const void *data;
	size_t size;
};

static void flush(const void *data, size_t size)
{
#if defined(__x86_64__) || defined(__i386__)
	for (size_t i = 0; i < size; i += 64)
		__asm__ volatile("clflush (%0)"
				 :
				 : "r"((const char *)data + i)
				 : "memory");
	__asm__ volatile("mfence" : : : "memory");
#else
	(void)data, (void)size;
#endif
}

static double cold(const struct farm *farm, const struct flushed *one)
{
	enum { SAMPLES = 2001 };
	static double ns[2][SAMPLES];

	for (uint32_t i = 0; i < SAMPLES; i++) {
		struct cpupolicy_registers r = { 0 };
		double start;

		/* first the clock alone */
		start = now_ns();
		ns[0][i] = now_ns() - start;
		flush(one->data, one->size);
		flush(farm->vcpus, sizeof(*farm->vcpus));
		start = now_ns();
		one->ask(&r, farm, 0, trace[i].leaf, trace[i].subleaf);
		use_up(r.eax);
		ns[1][i] = now_ns() - start;
	}
	qsort(ns[0], SAMPLES, sizeof(double), compare_times);
	qsort(ns[1], SAMPLES, sizeof(double), compare_times);
	return ns[1][SAMPLES / 2] - ns[0][SAMPLES / 2];
}

static void when_cold(const struct farm *farm)
{
	const struct flushed designs[] = {
		{ "scan", scanned, farm->lists[0], 80 * sizeof(struct entry) },
		{ "switch and arrays", switched, farm->arrays,
		  sizeof(*farm->arrays) },
		{ "bare index", indexed, farm->bares, sizeof(*farm->bares) },
		{ "look-up", ours, farm->policies, sizeof(*farm->policies) },
	};

	puts("\nout of the caches, 80 entries, one call: ns");
	for (size_t i = 0; i < sizeof(designs) / sizeof(designs[0]); i++)
		printf("%-38s %9.0f\n", designs[i].what,
		       cold(farm, &designs[i]));
}

/* Multiplications that wait for each other: three cycles each, mostly. */
static double core_ghz(void)
{
	enum { TIMES = 20000000 };
	double best = 0;

	for (int round = 0; round < 5; round++) {
		double start = now_ns(), ghz;
		uint64_t x = 1;

		for (uint32_t i = 0; i < TIMES; i++) {
			uint64_t three = 3;

			__asm__ volatile("" : "+r"(three));
			x *= three;
			__asm__ volatile("" : "+r"(x));
		}
		ghz = 3.0 * TIMES / (now_ns() - start);
		best = ghz > best ? ghz : best;
	}
	return best;
}

static void steps_body(void *arg)
{
	struct cpupolicy_registers r;

	for (uint32_t i = 0; i < 4096; i++)
		ours(&r, arg, 0, trace[i].leaf, trace[i].subleaf);
}

static void count_instructions(struct farm *farm)
{
	static uint32_t steps[4096];
	uint32_t least = UINT32_MAX, most = 0;
	const char *why;
	uint64_t sum = 0;
	long nr = count_steps(steps, 4096, (uintptr_t)cpupolicy_lookup,
			      steps_body, farm, &why);

	if (nr <= 0) {
		printf("\ninstructions: %s\n", why);
		return;
	}
	for (long i = 0; i < nr; i++) {
		least = steps[i] < least ? steps[i] : least;
		most = steps[i] > most ? steps[i] : most;
		sum += steps[i];
	}
	printf("\ninstructions of a look-up, %ld of them: %u to %u, %.1f on "
	       "average (target: 115 with the handler)\n",
	       nr, least, most, (double)sum / (double)nr);
}

/* A policy of a recorded CPU with KVM's section. */
static struct cpupolicy_policy policy_of(const struct corpus *corpus,
					 const char *name)
{
	struct cpupolicy_policy policy;

	for (size_t i = 0; i < corpus->nr_cpus; i++)
		if (strcmp(corpus->cpus[i].name, name) == 0 &&
		    set_of(&policy, &corpus->cpus[i], CPUPOLICY_SET_OFFER) == 0)
			return policy;
	fprintf(stderr, "no record %s\n", name);
	exit(2);
}

int main(void)
{
	static const uint32_t sizes[] = { 40, 80, 120, 256 };
	static const size_t crowds[] = { 1, 16, 128, 1024, MOST_VMS };
	struct cpupolicy_policy old, new;
	struct farm farm;
	struct corpus corpus;
	uint64_t seed = 0x9e3779b97f4a7c15u;

	pin_to_cpu();
	if (corpus_load(&corpus, NULL))
		return 2;
	printf("a core of %.2f GHz; the targets are for one of 3.5\n",
	       core_ghz());
	old = policy_of(&corpus, "Xeon-W3520.json");
	new = policy_of(&corpus, "Ice-Lake-Server.json");
	for (uint32_t i = 0; i < TRACE; i++)
		trace[i] = random_question(&seed);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		at_entries(sizes[i] < 80 ? &old : &new, sizes[i]);
	farm = make_farm(&new, MOST_VMS, 80);
	for (size_t i = 0; i < sizeof(crowds) / sizeof(crowds[0]); i++)
		at_machines(&farm, crowds[i]);
	printf("\nbytes: list of 80 %zu a vCPU, arrays %zu a VM, policy %zu "
	       "once, vCPU %zu\n",
	       80 * sizeof(struct entry), sizeof(struct arrays), sizeof(new),
	       sizeof(*farm.vcpus));
	when_cold(&farm);
	count_instructions(&farm);
	corpus_free(&corpus);
	free_farm(&farm);
	return 0;
}
