#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Guests of real KVM see what their policies say, or verify says what not.

usage: verify.py qemu|bochs|here TOOL INIT VMM DIRECTORY

`qemu` and `bochs` run Debian's kernel with KVM in an emulator: kvm_amd and
kvm_intel. `here` takes this machine's /dev/kvm; where that is kvm_pvm, which
replaces leaves 1, 7 and 0xd, verify must find exactly that. TOOL is cpupolicy,
VMM the example, INIT what the kernel starts; what is fetched and made is kept
in DIRECTORY.
Prints TAP.
"""

import glob
import json
import os
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
import machine  # noqa: E402
from packages import Missing  # noqa: E402

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))

# Whose offers guests get: both makers, AVX-512, and two without long mode.
RECORDS = {
    "a Ryzen": "bochs/ryzen.json",
    "a Bulldozer": "bochs/zambezi.json",
    "an AMD K8": "bochs/athlon64-clawhammer.json",
    "a Cooper Lake": "libvirt/Cooperlake.json",
    "a Tiger Lake": "bochs/tigerlake.json",
    "a Core 2": "bochs/core2-penryn-t9600.json",
    "a Pentium III": "bochs/p3-katmai.json",
}
# Boots in Bochs take minutes, and each policy some seconds.
FEW = ("a Cooper Lake", "a Ryzen")

QEMU_CPUS = ("EPYC,+svm", "max")
BOCHS_CPU = "corei3_cnl"
WIDE, NARROW = {"64-bit", "compatibility", "user"}, {"32-bit"}
LEAKY = {0x1, 0x7, 0xd}
LEAST_ANSWERS = 1000


class Results:
    def __init__(self):
        self.number = 0
        self.failed = False

    def tell(self, name, *complaints):
        self.number += 1
        self.failed |= bool(complaints)
        print("not ok" if complaints else "ok", self.number, "-", name)
        for complaint in complaints:
            print("#", complaint)
        sys.stdout.flush()

    def skip(self, name, why):
        self.number += 1
        print("ok", self.number, "-", name, "# SKIP", why)


def make_policies(tool, directory, names):
    paths = {}
    for name in names:
        path = os.path.join(directory, name.replace(" ", "-") + ".json")
        subprocess.run([tool, "host", "--offer", "-o", path,
                        os.path.join(ROOT, "tests/data", RECORDS[name])],
                       check=True, stderr=subprocess.DEVNULL)
        paths[name] = path
    return paths


def modes_of(path):
    with open(path, encoding="utf-8") as file:
        features = json.load(file)["features"]
    return WIDE if "lm" in features else NARROW


def complete(answer, path):
    """Did the guest look everywhere?"""
    modes = {mode["mode"]: mode["answers"] for mode in answer["modes"]}
    if set(modes) != modes_of(path):
        yield f"modes: {sorted(modes)}"
    for mode, answers in modes.items():
        if answers < LEAST_ANSWERS * answer["cpus"] // 2:
            yield f"{mode}: only {answers} answers"


def exactly(answer, status, path):
    """Complaints about a KVM that keeps its word."""
    yield from complete(answer, path)
    if status != 0 or not answer["as_promised"]:
        yield f"exit status {status}"
    for item in answer["differences"][:20]:
        yield (f"{item['address']} {item['field']}: {item['policy']:x}, the "
               f"guest sees {item['guest']:x} in {item['modes']}")
    for remark in answer["kernel"]:
        if not remark["runtime"]:
            yield remark["text"]


def leaks(answer, status, path):
    """Complaints about how kvm_pvm's leak is found."""
    yield from complete(answer, path)
    bare = {mode["mode"] for mode in answer["modes"]
            if mode["not_intercepted"]}
    if bare - {"user"}:
        yield f"not intercepted in {bare}?"
    if status != 1 or answer["as_promised"]:
        yield f"exit status {status}"
    if not answer["differences"]:
        yield "no difference was found"
    for item in answer["differences"]:
        if item["leaf"] not in LEAKY and not set(item["modes"]) <= bare:
            yield (f"{item['address']} {item['field']} differs in "
                   f"{item['modes']}")


def read_answers(lines):
    """{file name: (JSON, exit status)} and what init complained about."""
    answers, complaints, text, name = {}, [], [], None
    for line in lines:
        words = line.split()
        if words[:2] == ["==", "begin"]:
            name, text = os.path.basename(words[2]), []
        elif words[:2] == ["==", "end"] and name:
            try:
                answers[name] = json.loads("\n".join(text)), int(words[3])
            except ValueError:
                complaints += [f"{name}: exit status {words[3]}", *text[-5:]]
            name = None
        elif words[:2] in (["==", "module"], ["==", "timeout"]):
            complaints.append(line)
        elif name:
            text.append(line)
    if not any(line.startswith("== done") for line in lines):
        complaints += ["it did not come to its end", *lines[-5:]]
    return answers, complaints


def judge(results, title, paths, answers, complaints, how):
    for name, path in paths.items():
        answer = answers.get(os.path.basename(path))
        if answer:
            results.tell(f"{title}: {name}", *how(*answer, path))
        else:
            results.tell(f"{title}: {name}", "no answer", *complaints)


def nested(results, under, tool, init, directory):
    kernel = machine.fetch_kernel(directory)
    names = RECORDS if under == "qemu" else FEW
    with tempfile.TemporaryDirectory() as work:
        paths = make_policies(tool, work, names)
        archive = os.path.join(work, "initrd")
        vendor = "amd" if under == "qemu" else "intel"
        machine.initramfs(archive, kernel, tool, init, vendor, paths.values())
        for cpu in QEMU_CPUS if under == "qemu" else [BOCHS_CPU]:
            if under == "qemu":
                lines = machine.qemu(kernel, archive, cpu, 300)
            else:
                lines = machine.bochs(kernel, archive, cpu, 900)
            answers, complaints = read_answers(lines)
            judge(results, f"kvm_{vendor} on {cpu}", paths, answers,
                  complaints, exactly)


def example(vmm, path):
    """Complaints about the VMM of the examples, with four CPUs."""
    done = subprocess.run([vmm, path, "2", "2"], check=False, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    lines = done.stdout.splitlines()
    if done.returncode:
        yield f"exit status {done.returncode}: {done.stderr}"
    for cpu in range(4):
        said = [line for line in lines if line.startswith(f"cpu {cpu}: ")]
        if said[-1:] != [f"cpu {cpu}: done"]:
            yield f"CPU {cpu} did not come to its end"
        if f"cpu {cpu}: mode user" not in said:
            yield f"CPU {cpu} was not in user mode"
        # its APIC id, of two bits, begins EBX of leaf 1
        if not any(line.startswith(f"cpu {cpu}: 1 0 ") and
                   int(line.split()[5], 16) >> 24 == cpu for line in said):
            yield f"CPU {cpu} has another APIC id"


def here(results, tool, vmm):
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        raise Missing("there is no /dev/kvm that may be used")
    pvm = os.path.exists("/sys/module/kvm_pvm")
    modules = [os.path.basename(path) for path
               in glob.glob("/sys/module/kvm_*")] or ["kvm"]
    answers, complaints = {}, []
    with tempfile.TemporaryDirectory() as work:
        paths = make_policies(tool, work, RECORDS)
        for path in paths.values():
            done = subprocess.run([tool, "verify", "--json", path],
                                  check=False, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE)
            if done.returncode in (0, 1):
                answers[os.path.basename(path)] = (json.loads(done.stdout),
                                                   done.returncode)
            else:
                complaints.append(done.stderr.decode())
        results.tell("the example's VMM", *example(vmm, paths["a Ryzen"]))
        judge(results, modules[0], paths, answers, complaints,
              leaks if pvm else exactly)


def main():
    under, tool, init, vmm, directory = sys.argv[1:]
    results = Results()
    try:
        if under == "here":
            here(results, tool, vmm)
        else:
            nested(results, under, tool, init, directory)
    except Missing as missing:
        results.skip(f"guests under KVM ({under})", missing)
    print(f"1..{results.number}")
    sys.exit(results.failed)


if __name__ == "__main__":
    main()
