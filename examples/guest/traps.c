// SPDX-License-Identifier: MIT
/*
 * traps.c - what CPUID does besides answering: where it leaves the instruction
 * pointer, and what becomes of traps and interrupts that wait for its end.
 *
 * Each piece of code ends with INT3, if nothing ends it before. What is printed
 * is the state that was saved then.
 */
#include "guest.h"
#include "../boot/console.h"
#include "../boot/mem.h"

#define NOP	     "\x90"
#define INT3	     "\xcc"
#define CPUID	     "\x0f\xa2"
#define STI	     "\xfb"
#define SIX_PREFIXES "\x26\x2e\x36\x3e\x64\x66"
#define MOV_SS_BX    "\x8e\xd3"

enum {
	IN_ALL = 16 | 32 | 64,
	IN_64 = 64,
	IN_64_AND_32 = 64 | 32,
	IN_32_AND_16 = 32 | 16,
};

struct piece {
	const char *name, *code;
	uint32_t bits; /* the modes it can run in */
	uint32_t leaf, subleaf, flags;
	bool interrupt;	 /* one is waiting */
	bool supervisor; /* not in user mode */
	bool at_end;	 /* of the segment */
	uint32_t breakpoint, dr7;
};

#define PIECE(piece_name, bytes, in, ...)                                      \
	{                                                                      \
		.name = (piece_name), .code = (bytes INT3), .bits = (in),      \
		__VA_ARGS__                                                    \
	}

static const struct piece pieces[] = {
	/* CPUID's length is not always 2. */
	PIECE("plain", CPUID, IN_ALL, .leaf = 0),
	PIECE("operand", "\x66" CPUID, IN_ALL, .leaf = 0),
	PIECE("address", "\x67" CPUID, IN_ALL, .leaf = 0),
	PIECE("repne", "\xf2" CPUID, IN_ALL, .leaf = 0),
	PIECE("rep", "\xf3" CPUID, IN_ALL, .leaf = 0),
	PIECE("segments", "\x26\x2e\x36\x3e\x64\x65" CPUID, IN_ALL, .leaf = 0),
	PIECE("longest", SIX_PREFIXES SIX_PREFIXES "\x66" CPUID, IN_ALL,
	      .leaf = 0),
	PIECE("rex", "\x48" CPUID, IN_64, .leaf = 0),
	PIECE("rex-last", "\x66\x67\x2e\x4f" CPUID, IN_64, .leaf = 0),
	PIECE("rex-lost", "\x48\x66" CPUID, IN_64, .leaf = 0),

	/* EIP wraps, IP does not. */
	PIECE("end", CPUID, IN_32_AND_16, .at_end = true),

	/* Only the low half of RAX and RCX counts; see prepare(). */
	PIECE("halves-1", CPUID, IN_64, .leaf = 1),
	PIECE("halves-4.1", CPUID, IN_64, .leaf = 4, .subleaf = 1),
	PIECE("halves-7", CPUID, IN_64, .leaf = 7),
	PIECE("halves-d.1", CPUID, IN_64, .leaf = 0xd, .subleaf = 1),
	PIECE("halves-d.2", CPUID, IN_64, .leaf = 0xd, .subleaf = 2),

	/* A single step ends behind CPUID; MOV SS has none of its own. */
	PIECE("step", CPUID NOP, IN_ALL, .flags = RFLAGS_TF),
	PIECE("step-prefix", "\x66" CPUID NOP, IN_ALL, .flags = RFLAGS_TF),
	PIECE("step-mov-ss", MOV_SS_BX CPUID NOP NOP, IN_ALL,
	      .flags = RFLAGS_TF),
	/* Taking it switches general detection off. */
	PIECE("step-detect", CPUID NOP, IN_ALL, .flags = RFLAGS_TF,
	      .supervisor = true, .dr7 = DR7_GD),

	/* STI delays interrupts past CPUID and no further. */
	PIECE("sti", STI CPUID NOP NOP, IN_ALL, .interrupt = true),
	PIECE("sti-prefix", STI "\x66\x67" CPUID NOP NOP, IN_ALL,
	      .interrupt = true),

	/* RF hides CPUID from breakpoints, but not what follows. (QEMU 7.2
	 * itself dies of a breakpoint in real mode.) */
	PIECE("resume", CPUID NOP, IN_64_AND_32, .flags = RFLAGS_RF,
	      .supervisor = true, .breakpoint = 2, .dr7 = 1),
};

/* The first timer, once, and it is the only interrupt that gets through. */
static void raise_interrupt(void)
{
	static const struct {
		uint16_t port;
		uint8_t value;
	} steps[] = {
		{ 0x20, 0x11 }, { 0x21, VECTOR_IRQ0 }, { 0x21, 4 },
		{ 0x21, 1 },	{ 0xa1, 0xff },	       { 0x21, 0xfe },
		{ 0x43, 0x30 }, { 0x40, 16 },	       { 0x40, 0 },
		{ 0x20, 0x0a }, /* read what is requested */
	};

	for (uint32_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		outb(steps[i].port, steps[i].value);
	while (!(inb(0x20) & 1))
		;
}

static void put_number(uint64_t value)
{
	put_string(" ");
	put_hex(value);
}

/* Offsets in the code segment wrap. */
static uint64_t offsets(const struct mode *mode)
{
	return mode->bits == 64 ? ~0ull : (1ull << mode->bits) - 1;
}

/* What is not an input is to be overwritten, all of it. */
static struct run prepare(const struct mode *mode, const struct piece *piece)
{
	const uint64_t junk = sizeof(uintptr_t) == 8 ? 0xdeadbeef00000000 : 0;

	return (struct run){
		.ax = junk | piece->leaf,
		.bx = junk | mode->ss,
		.cx = junk | piece->subleaf,
		.dx = junk | 0xcafe,
		.cs = mode->cs,
		.flags = RFLAGS_1 | RFLAGS_IOPL | piece->flags,
	};
}

/* Give the offset at which it ended. */
static uint64_t run_piece(struct run *run, const struct mode *mode,
			  const struct piece *piece)
{
	uint64_t start;
	static uint8_t code[48];
	uint8_t *place = code;

	/* Whoever comes out in the wrong place does not get far. */
	memset(code, *INT3, sizeof(code));
	run->ip = (uintptr_t)code + mode->code;
	if (piece->at_end)
		place = end_of_code(mode, run);
	start = run->ip;
	for (const char *from = piece->code; *from != *INT3; from++)
		*place++ = (uint8_t)*from;
	if (piece->interrupt)
		raise_interrupt();
	if (!mode->user) {
		write_dr6(DR6_AFTER_RESET);
		write_dr0(mode->linear + (uintptr_t)start + piece->breakpoint);
		write_dr7(DR7_AFTER_RESET | piece->dr7);
	}
	run_code(run);
	/* If detection is still on, this is an exception. */
	if (!mode->user)
		write_dr7(DR7_AFTER_RESET);
	return (run->ip - start) & offsets(mode);
}

static void print_piece(const struct mode *mode, const struct piece *piece)
{
	struct run run = prepare(mode, piece);
	uint64_t offset = run_piece(&run, mode, piece);

	put_string("@ trap ");
	put_string(piece->name);
	put_number(run.vector);
	put_number(offset);
	put_number(run.flags);
	put_number(mode->user ? 0 : read_dr6());
	put_number(run.ax);
	put_number(run.bx);
	put_number(run.cx);
	put_number(run.dx);
	put_string("\n");
}

void print_traps(const struct mode *mode)
{
	for (uint32_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++)
		if ((pieces[i].bits & mode->bits) != 0 &&
		    !(pieces[i].supervisor && mode->user))
			print_piece(mode, &pieces[i]);
}

/* State components that cannot be enabled like that, whatever the policy. */
void print_refused(const struct mode *mode)
{
	static const uint64_t values[] = {
		0x0,  0x2,  0x5,  0xb,	0x13,	 0x23,
		0x27, 0x67, 0xe3, 0xe5, 0x20003, 0x8000000000000003,
	};
	static const struct piece xsetbv =
		PIECE("xsetbv", "\x0f\x01\xd1", IN_ALL, .leaf = 0);

	for (uint32_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		struct run run = prepare(mode, &xsetbv);
		uint64_t offset;

		run.ax = (uint32_t)values[i];
		run.dx = values[i] >> 32;
		offset = run_piece(&run, mode, &xsetbv);
		put_string("@ refused");
		put_number(values[i]);
		put_number(run.vector);
		put_number(offset);
		put_string("\n");
	}
}
