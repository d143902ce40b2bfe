# SPDX-License-Identifier: MIT
"""Compare what guests saw with what their policy says."""

from expect import Expected, State
from policy import numbers_of, table

# How many bits wide is the code of each mode that guests print?
BITS = {"64-bit": 64, "high": 64, "user": 64, "compatibility": 32,
        "32-bit": 32, "real": 16}
WITHOUT_VALUES = {"high"}
GUESTS = {"64": ("64-bit", "high", "user", "compatibility"),
          "32": ("32-bit",), "16": ("real",)}

ALL = {16, 32, 64}
IRQ, INT3, DB, GP = 0x20, 3, 1, 13
FLAGS, TF, IF = 0x3002, 0x100, 0x200
DR6, STEP, BREAKPOINT = 0xffff0ff0, 0x4000, 0x1


class Trap:
    """Where a piece of code around CPUID has to end, and how."""

    def __init__(self, offset, bits=ALL, leaf=0, subleaf=0, vector=INT3,
                 flags=0, dr6=0, supervisor=False):
        self.offset = offset
        self.bits = bits
        self.input = leaf, subleaf
        self.vector = vector
        self.flags = FLAGS | flags
        self.dr6 = DR6 | dr6
        self.supervisor = supervisor


TRAPS = {
    # Offsets are those of the instruction behind CPUID, plus one for INT3.
    "plain": Trap(3),
    "operand": Trap(4),
    "address": Trap(4),
    "repne": Trap(4),
    "rep": Trap(4),
    "segments": Trap(9),
    "longest": Trap(16),
    "rex": Trap(4, {64}),
    "rex-last": Trap(7, {64}),
    "rex-lost": Trap(5, {64}),
    "end": Trap(3, {16, 32}),
    "halves-1": Trap(3, {64}, 1),
    "halves-4.1": Trap(3, {64}, 4, 1),
    "halves-7": Trap(3, {64}, 7),
    "halves-d.1": Trap(3, {64}, 0xd, 1),
    "halves-d.2": Trap(3, {64}, 0xd, 2),
    "step": Trap(2, vector=DB, flags=TF, dr6=STEP),
    "step-prefix": Trap(3, vector=DB, flags=TF, dr6=STEP),
    "step-mov-ss": Trap(4, vector=DB, flags=TF, dr6=STEP),
    "step-detect": Trap(2, vector=DB, flags=TF, dr6=STEP, supervisor=True),
    "sti": Trap(3, vector=IRQ, flags=IF),
    "sti-prefix": Trap(5, vector=IRQ, flags=IF),
    "resume": Trap(2, {32, 64}, vector=DB, dr6=BREAKPOINT, supervisor=True),
}


def required_inputs(root):
    """Every leaf and sub-leaf that the table knows."""
    return {(int(row["leaf"], 16), subleaf)
            for row in table(root, "leaves.csv") if row["space"] != "msr"
            for subleaf in ([0] if row["subleaf"] == "-"
                            else numbers_of(row["subleaf"]))}


def hexadecimal(words):
    return tuple(int(word, 16) for word in words)


def text(numbers):
    return " ".join(f"{number:x}" for number in numbers)


class Judge:
    """Reads the lines of one run."""

    def __init__(self, policy, emulator, required):
        self.policy = policy
        self.emulator = emulator
        self.required = required
        self.complaints = []
        self.behaviour = []  # those that are not about registers
        self.reasons = []  # why it did not run
        self.skipped = []  # guests that did not, and why
        self.done = set()
        self.counts = {}
        self.answers = 0
        self.hypervisor = None
        self.mode = None
        self.state = State()
        self.values, self.traps, self.states = {}, {}, set()

    def complain(self, *words):
        self.complaints.append(" ".join(str(word) for word in words))

    def read(self, output):
        """Judge it all; gives itself."""
        for line in output.lines:
            words = line.split()
            handler = getattr(self, "line_" + words[0], None) if words else None
            try:
                if handler:
                    handler(words[1:], line)
                elif len(words) == 6:
                    self.row(*hexadecimal(words))
                else:
                    self.complain("not understood:", line)
            except (ValueError, IndexError, KeyError):
                self.complain("garbled:", line)
        if self.hypervisor and "image" not in self.done:
            self.complain("the image did not come to its end; last:",
                          output.lines[-1] if output.lines else "nothing")
        return self

    def line_skip(self, words, line):
        what, _, reason = line.removeprefix("skip ").partition(": ")
        if words[0] == "guest":
            guest = what.rpartition(" ")[2]
            self.skipped.append(f"{guest}: {reason}")
            self.done.add(guest)
        else:
            self.reasons.append(f"{what}: {reason}")

    def line_hypervisor(self, words, _):
        self.hypervisor = words[0]

    def line_guest(self, _words, _line):
        self.state = State()
        self.values, self.traps, self.states = {}, {}, set()

    def line_mode(self, words, _):
        self.mode = words[0]
        if self.mode == "toggles":
            self.state.bits = BITS[words[1]]
        else:
            self.state.bits = BITS[self.mode]

    def line_state(self, words, _):
        self.states.add(words[0])
        if words[0] != "xcr0" or self.emulator.intercepts_xsetbv:
            setattr(self.state, words[0], int(words[1], 16))

    def line_trap(self, words, _):
        self.traps.setdefault(self.mode, set()).add(words[0])
        self.trap(words[0], *hexadecimal(words[1:5]),
                  hexadecimal(words[5:9]))

    def line_refused(self, words, line):
        """XSETBV with what no CPU takes; QEMU itself takes some of it."""
        self.states.add("refused")
        if hexadecimal(words[1:3]) != (GP, 0) \
                and self.emulator.intercepts_xsetbv:
            self.complain("not refused:", line)

    def line_done(self, _words, _line):
        self.mode = None

    def line_count(self, words, _):
        self.counts[words[0]] = int(words[1])

    def line_end(self, words, _):
        if words[0] == "image":
            for guest in GUESTS:
                if guest not in self.done:
                    self.complain("guest", guest, "did not come to its end")
        else:
            self.check_complete(words[1])
        self.done.add(words[-1])

    def line_fail(self, _words, line):
        self.complain(line)

    line_stray = line_exit = line_fail

    def row(self, leaf, subleaf, *seen):
        self.answers += 1
        self.values.setdefault(self.mode, set()).add((leaf, subleaf))
        expected = Expected(self.policy, self.state).answer(leaf, subleaf)
        if seen != expected:
            self.complain(f"{self.mode}: leaf {leaf:x}.{subleaf:x}:",
                          text(seen) + ", expected", text(expected))

    def trap(self, name, vector, offset, flags, dr6, seen):
        trap = TRAPS[name]
        expected = [trap.vector, trap.offset, trap.flags, trap.dr6]
        if self.mode == "user":
            expected[3] = 0  # not to be read there
        if name == "end" and self.mode == "real" \
                and self.emulator.checks_limits:
            expected[:2] = GP, 2
        if [vector, offset, flags, dr6] != expected:
            self.complain(f"{self.mode}: {name}: vector, offset, flags, DR6:",
                          text([vector, offset, flags, dr6]) + ", expected",
                          text(expected))
            self.behaviour.append(self.complaints[-1])
        answer = Expected(self.policy, self.state).answer(*trap.input)
        if seen != answer:
            self.complain(f"{self.mode}: {name}: registers:",
                          text(seen) + ", expected", text(answer))

    def check_complete(self, guest):
        """A guest that did not ask has not seen anything wrong, either."""
        for mode in GUESTS[guest]:
            missing = self.required - self.values.get(mode, set())
            if missing and mode not in WITHOUT_VALUES:
                self.complain(mode, "did not ask for", len(missing), "inputs:",
                              *(f"{leaf:x}.{sub:x}" for leaf, sub
                                in sorted(missing)[:5]))
            for name, trap in TRAPS.items():
                if BITS[mode] in trap.bits \
                        and not (trap.supervisor and mode == "user") \
                        and name not in self.traps.get(mode, set()):
                    self.complain(mode, "did not try", name)
        states = {"apic_base", "misc_enable"}
        if self.policy.get("xsave"):
            states |= {"cr4", "xcr0", "refused"}
        if self.policy.get("xsaves") and self.policy.supervisor_state():
            states.add("xss")
        for state in states - self.states:
            self.complain(guest, "did not change", state)
