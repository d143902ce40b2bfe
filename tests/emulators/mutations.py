#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Every bug that a handler can have makes the matrix fail.

usage: mutations.py --tools ... --compile ... --link ... --image ...

A bug is one change of a copy of a handler's source, or a wrapper around the
look-up (wrap.c). Where emulators are more lenient than CPUs, strict.c is not.
The test passes if the judge complains. Prints TAP.
"""

import concurrent.futures
import os
import re
import sys
import tempfile

sys.dont_write_bytecode = True
import emulator  # noqa: E402
import images  # noqa: E402
import matrix  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
EXAMPLES = os.path.join(matrix.ROOT, "examples")
MOST_INSTRUCTIONS = 115

STRICT = [f"-Wl,--wrap={function}" for function
          in ("svm_enter", "svm_exit_cpuid", "vmx_exit_cpuid")]

# CPUs on which the handlers' paths differ: with and without the next RIP.
SVM, DECODED, VMX = "ryzen", "phenom_8650_toliman", "corei7_skylake_x"
SVM_FILE, VMX_FILE = "svm/exit_cpuid.c", "vmx/exit_cpuid.c"

SVM_RIP = "vmcb->rip = in_64_bit_mode(vmcb) ? next : (uint32_t)next;"
VMX_RIP = ("vmwrite(VMCS_GUEST_RIP, in_64_bit_mode() ? next : "
           "(uint32_t)next);")

# (what is wrong, CPU, file, text, instead of it)
MUTATIONS = [
    ("RIP does not advance", SVM, SVM_FILE, SVM_RIP, "(void)next;"),
    ("RIP does not advance", VMX, VMX_FILE, VMX_RIP, "(void)next;"),
    ("every CPUID has two bytes", SVM, SVM_FILE,
     "uint64_t next = vmcb->rip + length;",
     "uint64_t next = vmcb->rip + (vmcb->exit_code == 0x72 ? 2 : length);"),
    ("every CPUID has two bytes", DECODED, SVM_FILE,
     "return prefixes + opcode_bytes;", "return opcode_bytes;"),
    ("every CPUID has two bytes", VMX, VMX_FILE,
     "vmread(VMCS_EXIT_LENGTH)", "(vmread(VMCS_EXIT_REASON) == 10 ? 2 : "
     "vmread(VMCS_EXIT_LENGTH))"),
    ("prefixes end at REX", DECODED, SVM_FILE,
     "if (byte == 0x0f)", "if (byte == 0x0f || byte == 0x48)"),
    ("code is read without the base of CS", DECODED, SVM_FILE,
     "at = (uint32_t)(at + vmcb->cs.base);", "at = (uint32_t)at;"),
    ("code is read beyond 4 GiB", DECODED, SVM_FILE,
     "at = (uint32_t)(at + vmcb->cs.base);", "at = at + vmcb->cs.base;"),
    ("RIP is never truncated", SVM, SVM_FILE, SVM_RIP, "vmcb->rip = next;"),
    ("RIP is never truncated", VMX, VMX_FILE, VMX_RIP,
     "vmwrite(VMCS_GUEST_RIP, next);"),
    ("RIP is always truncated", SVM, SVM_FILE, SVM_RIP,
     "vmcb->rip = (uint32_t)next;"),
    ("RIP is always truncated", VMX, VMX_FILE, VMX_RIP,
     "vmwrite(VMCS_GUEST_RIP, (uint32_t)next);"),
    ("RIP is truncated to 16 bits in real mode", SVM, SVM_FILE, SVM_RIP,
     SVM_RIP + " if (!(vmcb->cr0 & 1)) vmcb->rip = (uint16_t)next;"),
    ("RIP is truncated to 16 bits in real mode", VMX, VMX_FILE, VMX_RIP,
     VMX_RIP + " if (!(vmread(VMCS_GUEST_CR0) & 1))"
     " vmwrite(VMCS_GUEST_RIP, (uint16_t)next);"),
    ("the upper half of RAX is kept", SVM, SVM_FILE,
     "vmcb->rax = out.eax;", "*(uint32_t *)&vmcb->rax = out.eax;"),
    ("the upper half of RAX is kept", VMX, VMX_FILE,
     "vcpu->gprs.rax = out.eax;", "*(uint32_t *)&vcpu->gprs.rax = out.eax;"),
    ("the upper half of RDX is kept", SVM, SVM_FILE,
     "vcpu->gprs.rdx = out.edx;", "*(uint32_t *)&vcpu->gprs.rdx = out.edx;"),
    ("the upper half of RDX is kept", VMX, VMX_FILE,
     "vcpu->gprs.rdx = out.edx;", "*(uint32_t *)&vcpu->gprs.rdx = out.edx;"),
    ("the leaf is the upper half of RAX", SVM, SVM_FILE,
     "(uint32_t)vmcb->rax,", "(uint32_t)(vmcb->rax >> 32),"),
    ("the leaf is the upper half of RAX", VMX, VMX_FILE,
     "(uint32_t)vcpu->gprs.rax,", "(uint32_t)(vcpu->gprs.rax >> 32),"),
    ("the sub-leaf is the upper half of RCX", SVM, SVM_FILE,
     "(uint32_t)vcpu->gprs.rcx)", "(uint32_t)(vcpu->gprs.rcx >> 32))"),
    ("the sub-leaf is the upper half of RCX", VMX, VMX_FILE,
     "(uint32_t)vcpu->gprs.rcx)", "(uint32_t)(vcpu->gprs.rcx >> 32))"),
    ("TF is ignored", SVM, SVM_FILE,
     "(vmcb->rflags & RFLAGS_TF) == 0", "true"),
    ("TF is ignored", VMX, VMX_FILE, "(rflags & RFLAGS_TF) != 0", "false"),
    ("DR6 does not tell of the step", SVM, SVM_FILE,
     "vmcb->dr6 |= DR6_BS;", ""),
    ("general detection stays on", SVM, SVM_FILE,
     "vmcb->dr7 &= ~(uint64_t)DR7_GD;", ""),
    ("STI's shadow is kept", SVM, SVM_FILE,
     "vmcb->interrupt_shadow &= ~(uint64_t)VMCB_INTERRUPT_SHADOW;", ""),
    ("STI's shadow is kept", VMX, VMX_FILE,
     "(BLOCKING_BY_STI | BLOCKING_BY_MOV_SS)", "BLOCKING_BY_MOV_SS"),
    ("MOV SS's shadow is kept", VMX, VMX_FILE,
     "(BLOCKING_BY_STI | BLOCKING_BY_MOV_SS)", "BLOCKING_BY_STI"),
    ("RF is kept", SVM, SVM_FILE,
     "vmcb->rflags &= ~(uint64_t)RFLAGS_RF;", ""),
    ("RF is kept", VMX, VMX_FILE,
     "rflags & ~(uint64_t)RFLAGS_RF", "rflags"),
    ("CR4 is not looked at", SVM, SVM_FILE,
     "vcpu->cpuid.cr4 = vmcb->cr4;", ""),
    ("CR4 is not looked at", VMX, VMX_FILE,
     "vcpu->cpuid.cr4 = guest_cr4();", "(void)guest_cr4();"),
    ("the mode is not looked at", VMX, VMX_FILE,
     "vcpu->cpuid.mode64 = in_64_bit_mode();", ""),
    ("any XCR0 is taken", SVM, "boot/guest_state.c",
     "!is_consistent(value) ||", "(void)is_consistent,"),
    ("XCR0 beyond the policy is taken", VMX, "boot/guest_state.c",
     "(value & ~components(policy, 0)) != 0", "false"),
    ("CPUID is not intercepted", SVM, "svm/svm.c",
     "vmcb->intercept_1 = VMCB_INTERCEPT_CPUID | VMCB_INTERCEPT_HLT",
     "vmcb->intercept_1 = VMCB_INTERCEPT_HLT"),
]

# (what is wrong, the wrapper)
WRAPPERS = [
    ("sub-leaves never count", "no_subleaf"),
    ("sub-leaves always count", "any_subleaf"),
    ("out of range as the other maker", "other_maker"),
    ("a bit leaks", "leaked_bit"),
    ("a bit is lost", "lost_bit"),
    ("the policy is not asked", "native"),
]


def find(source, text):
    """Where a text is, however the formatter broke its lines."""
    pattern = r"\s+".join(re.escape(word) for word in text.split())
    return [found.span() for found in re.finditer(pattern, source)]


class Bench:
    """The CPUs, each with the policy of its full host."""

    def __init__(self, lab):
        self.lab = lab
        self.cpus = {}
        self.paths = {}
        self.policies = {}
        self.strict = lab.build.compile(os.path.join(HERE, "strict.c"),
                                        "strict")
        for model in (SVM, DECODED, VMX):
            cpu = matrix.Cpu(emulator.Bochs, model).probe(lab)
            _, path = next(lab.policies(cpu, [cpu]))
            self.cpus[model], self.paths[model] = cpu, path
            self.policies[model] = lab.build.policy(path, cpu.file)

    def run(self, model, name, objects=(), flags=(), path=None):
        """Give what the judge makes of an image with these objects."""
        policy_object = self.policies[model]
        if path:
            policy_object = self.lab.build.policy(path, name + "-policy")
        image = self.lab.build.link(name, *objects, self.strict, policy_object,
                                    *STRICT, *flags)
        try:
            return self.lab.judge_image(self.cpus[model],
                                        path or self.paths[model], image)
        finally:
            os.unlink(image)

    def mutated(self, number, model, file, text, instead):
        """A file of the examples with one change."""
        path = os.path.join(EXAMPLES, file)
        with open(path, encoding="utf-8") as source:
            original = source.read()
        places = find(original, text)
        if len(places) != 1:
            raise ValueError(f"{file}: {len(places)} places like {text!r}")
        (begin, end), = places
        name = f"mutated-{number}"
        with open(self.lab.build.path(name + ".c"), "w",
                  encoding="utf-8") as source:
            source.write(original[:begin] + instead + original[end:])
        mutant = self.lab.build.compile(
            self.lab.build.path(name + ".c"), name,
            "-iquote", os.path.dirname(path))
        return self.run(model, name, [mutant])

    def wrapped(self, model, wrapper, path=None):
        """cpupolicy_lookup() by way of a function of wrap.c."""
        name = f"{wrapper}-{model}{'-other' if path else ''}"
        mutant = self.lab.build.compile(os.path.join(HERE, "wrap.c"), name,
                                        f"-DWRAPPER={wrapper}")
        return self.run(model, name, [mutant],
                        ["-Wl,--wrap=cpupolicy_lookup"], path)

    def empty_policy(self):
        path = self.lab.build.path("empty.json")
        with open(path, "w", encoding="ascii") as file:
            file.write('{"format": "cpupolicy-policy", "version": 1, '
                       '"vendor": "GenuineIntel"}')
        return path


def caught(judged):
    """A bug has to be seen by what guests print, and nowhere else."""
    if judged.hypervisor and judged.complaints:
        return []
    return ["nobody noticed"]


def main(arguments):
    report = matrix.Report()
    if not emulator.Bochs.is_here():
        report.add("mutations", skip="bochs or its firmware is not installed")
        return report.end()
    with tempfile.TemporaryDirectory() as directory, \
            concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as threads:
        bench = Bench(matrix.Lab(images.Build(arguments, directory)))
        whole = [(model, threads.submit(bench.run, model, "whole-" + model))
                 for model in bench.cpus]
        runs = [(f"{what} ({model})",
                 threads.submit(bench.mutated, number, model, *change))
                for number, (what, model, *change) in enumerate(MUTATIONS)]
        runs += [(f"{what} ({model})",
                  threads.submit(bench.wrapped, model, wrapper))
                 for what, wrapper in WRAPPERS for model in (SVM, VMX)]
        counts = [threads.submit(bench.wrapped, VMX, "counted", path)
                  for path in (None, bench.empty_policy())]
        for model, run in whole:
            report.add(f"nothing is wrong ({model})", run.result().complaints)
        for what, run in runs:
            report.add(what + " is noticed", caught(run.result()))
            if what.startswith("CPUID is not intercepted"):
                report.add("what the CPU does by itself is what is expected",
                           run.result().behaviour)
        full, empty = (run.result() for run in counts)
        most = full.counts.get("most", 0)
        print(f"# a look-up takes {most} instructions at most")
        report.add(f"a look-up takes {MOST_INSTRUCTIONS} instructions at most",
                   full.complaints +
                   [f"it takes {most}"] * (not 0 < most <= MOST_INSTRUCTIONS))
        report.add("it takes as many in an empty policy", empty.complaints +
                   [f"not {most}, but {empty.counts}"]
                   * (empty.counts != full.counts))
    return report.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
