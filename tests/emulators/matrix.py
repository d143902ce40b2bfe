#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Guests see their policy and nothing else, on every CPU that emulators have.

usage: matrix.py [--slow] --tools ... --compile ... --link ... --image ...

--tools are policy-to-c, cpupolicy, the probe's image and the hypervisor's. The
policies of a CPU are made from what the probe says on it: the full host, a
compatibility mode, and the baseline of all CPUs here that are of its maker.
With --slow they are baselines with CPUs of tests/data. Prints TAP.
"""

import concurrent.futures
import glob
import json
import os
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
import emulator  # noqa: E402
import images  # noqa: E402
import judge  # noqa: E402
import policy  # noqa: E402

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
EXAMPLE_POLICY = os.path.join(ROOT, "examples", "boot", "policy.json")
QEMU_MODELS = ["EPYC", "EPYC-Milan", "EPYC-Rome", "Dhyana", "Opteron_G3",
               "phenom", "qemu64", "max"]
# CPUs that can honour the policy of examples/boot.
FOR_THE_EXAMPLE = ("bochs/turion64_tyler", "qemu/phenom")
# What a policy with paravirtual sections is tried on, and what is added to it.
WITH_SECTIONS = ("bochs/ryzen", "bochs/corei7_skylake_x", "qemu/EPYC")
SECTIONS = {"hyperv": "0x40000000", "kvm": "0x40000100"}
SECTION_FEATURES = ["kvm_clock", "kvm_steal_time", "kvm_clock_stable"]
EVERY = 8  # so many recorded CPUs are one apart, with --slow
SHOWN = 8  # complaints of one run


class Cpu:
    """One model of an emulator, and what the probe said there."""

    def __init__(self, which, model):
        self.emulator = which
        self.model = model
        self.name = f"{which.name}/{model}"
        self.file = self.name.replace("/", "-")

    def probe(self, lab):
        # TCG's AMD models have SVM, but not all by default.
        argument = self.model
        if self.emulator is emulator.Qemu:
            argument += ",+svm"
        self.run = lambda image: self.emulator.run(image, argument)
        lines = self.run(lab.probe).lines
        with open(lab.build.path(self.file + ".txt"), "w",
                  encoding="ascii") as file:
            file.write("\n".join(lines[:-1]) + "\n")
        rows = {}
        for line in lines[1:-1]:
            leaf, subleaf, *registers = (
                int(word.rpartition("=")[2].rstrip(":"), 16)
                for word in line.split())
            rows[leaf, subleaf] = registers
        zero = [0, 0, 0, 0]
        extended = rows.get((0x80000001, 0), zero)
        self.maker = tuple(rows[0, 0][1:])
        self.can_run = extended[3] >> 29 & 1 and (
            rows.get((1, 0), zero)[2] >> 5 & 1 or extended[2] >> 2 & 1)
        return self


class Lab:
    """Tools, tables, and one directory for all that is made."""

    def __init__(self, build):
        self.build = build
        _, self.cpupolicy, self.probe, self.example = build.words["tools"]
        self.tables = policy.Tables(ROOT)
        self.required = judge.required_inputs(ROOT)

    def tool(self, name, *arguments, may_refuse=False):
        """Run cpupolicy; give the file it wrote, None where it refused."""
        path = self.build.path(name + ".json")
        done = subprocess.run([self.cpupolicy, *arguments, "-o", path],
                              stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, check=False)
        if done.returncode == 0:
            return path
        if not may_refuse:
            raise RuntimeError(f"{name}: {done.stderr.decode()}")
        return None

    def policies(self, cpu, pool):
        """(name, path) of the policies to run on a CPU."""
        def text(one):
            return self.build.path(one.file + ".txt")

        full = self.tool(cpu.file + "-full", "host", text(cpu), "--offer",
                         "--hypervisor", "none")
        yield "the full host", full
        if not cpu.can_run:
            return  # it will say why, once
        yield "the mode of 2009", self.tool(cpu.file + "-mode", "mask", full,
                                            "--mode", "hyperv-r2")
        yield "the pool's baseline", self.tool(
            cpu.file + "-pool", "baseline",
            *(text(one) for one in pool if one.maker == cpu.maker))

        if cpu.name in WITH_SECTIONS:
            yield "paravirtual leaves", self.with_sections(cpu, full)

    def with_sections(self, cpu, path):
        with open(path, encoding="utf-8") as file:
            document = json.load(file)
        document["hypervisors"] = SECTIONS
        document["features"] += SECTION_FEATURES
        path = self.build.path(cpu.file + "-sections.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(document, file)
        return path

    def others(self, cpu, number):
        """Baselines with recorded CPUs, not the same for each."""
        files = sorted(glob.glob(os.path.join(ROOT, "tests", "data", "*",
                                              "*.json")))
        for path in files[number % EVERY::EVERY]:
            name = os.path.basename(path).removesuffix(".json")
            made = self.tool(f"{cpu.file}-with-{name}", "baseline",
                             self.build.path(cpu.file + ".txt"), path,
                             may_refuse=True)
            if made:
                yield f"the baseline with {name}", made

    def judge(self, cpu, path):
        """Run the hypervisor with a policy on a CPU, and read what it said."""
        name = os.path.basename(path).removesuffix(".json")
        image = self.build.link(name, self.build.policy(path, name))
        try:
            return self.judge_image(cpu, path, image)
        finally:
            os.unlink(image)

    def judge_image(self, cpu, path, image):
        """The same with an image that is there."""
        judged = judge.Judge(policy.Policy(path, self.tables), cpu.emulator,
                             self.required)
        try:
            return judged.read(cpu.run(image))
        except emulator.Trouble as trouble:
            judged.complain(trouble)
            return judged.read(trouble.output)


class Report:
    """TAP, as results come."""

    def __init__(self):
        self.number = 0
        self.failed = False

    def add(self, what, complaints=(), skip=""):
        self.number += 1
        self.failed |= bool(complaints)
        print(f"{'not ' if complaints else ''}ok {self.number} - {what}"
              + (f" # SKIP {skip}" if skip else ""))
        for complaint in complaints[:SHOWN]:
            print("# " + complaint.replace("\n", "\n# "))
        if len(complaints) > SHOWN:
            print(f"# and {len(complaints) - SHOWN} more")
        sys.stdout.flush()

    def judged(self, cpu, what, judged):
        """What the probe calls able has to run, the rest to say why not."""
        why = "; ".join(judged.reasons)
        if judged.complaints or judged.hypervisor:
            self.add(what, judged.complaints)
            for guest in judged.skipped:
                print("# skipped: guest", guest)
        elif cpu.can_run or not why:
            self.add(what, ["it does not run: " + why])
        else:
            self.add(what, skip=why)

    def end(self):
        print(f"1..{self.number}")
        return 1 if self.failed else 0


def candidates(report):
    for which in (emulator.Bochs, emulator.Qemu):
        if not which.is_here():
            report.add(which.name, skip=f"{which.program} or its firmware "
                       "is not installed")
        elif which is emulator.Qemu:
            yield from (Cpu(which, model) for model in QEMU_MODELS)
        else:
            yield from (Cpu(which, model) for model, _ in which.models())


def main(arguments):
    slow = arguments[:1] == ["--slow"]
    report = Report()
    with tempfile.TemporaryDirectory() as directory, \
            concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as threads:
        lab = Lab(images.Build(arguments[slow:], directory))
        probes = [(cpu, threads.submit(cpu.probe, lab))
                  for cpu in candidates(report)]
        cpus = []
        for cpu, run in probes:
            try:
                cpus.append(run.result())
            except emulator.Trouble as trouble:
                report.add(f"{cpu.name}: the probe", [str(trouble)])
        pool = [cpu for cpu in cpus if cpu.can_run]
        runs = []
        for cpu in pool if slow else cpus:
            policies = lab.others(cpu, pool.index(cpu)) if slow \
                else lab.policies(cpu, pool)
            for what, path in policies:
                runs.append((cpu, f"{cpu.name}: {what}",
                             threads.submit(lab.judge, cpu, path)))
            if cpu.name in FOR_THE_EXAMPLE and not slow:
                runs.append((cpu, f"{cpu.name}: the image as it is built",
                             threads.submit(lab.judge_image, cpu,
                                            EXAMPLE_POLICY, lab.example)))
        for cpu, what, run in runs:
            report.judged(cpu, what, run.result())
    return report.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
