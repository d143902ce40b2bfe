#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A Linux module that holds the core is built, loaded, and answers.

usage: module.py LOAD DIRECTORY

LOAD is what the kernel starts (load.c); Debian's kernel and its headers are
fetched into DIRECTORY. The module is that of examples/kernel-module. Prints TAP.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
import machine  # noqa: E402
from initramfs import Initramfs  # noqa: E402
import packages  # noqa: E402
from verify import Results  # noqa: E402

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))

# On QEMU's Nehalem; why says what the answer shows.
QUESTIONS = [
    {"parameters": "", "end": "loaded",
     "says": [r"a guest of x86-64-v2 fits on this CPU"],
     "why": "the default is answered"},
    {"parameters": "guest=x86-64-v3", "end": "loaded",
     "says": [r"F001 block 7\.0:ebx\[5\] avx2: guest 1, host 0",
              r"a guest of x86-64-v3 does not fit on this CPU"],
     "why": "every reason is told"},
    {"parameters": "guest=barcelona", "end": "loaded",
     "says": [r"F006 block .*vendor", r"does not fit"],
     "why": "the maker of the CPU is read"},
    {"parameters": "guest=nothing", "end": "Invalid argument",
     "says": [r"no model is called 'nothing'"],
     "why": "what nobody knows is refused"},
]


def fetch_headers(directory, release):
    """The directory with the kernel's headers, as if it were /."""
    common = re.sub(r"(-cloud)?-amd64$", "-common", release)
    version = ".".join(release.split(".")[:2])
    place = "usr/src/linux-headers-"

    def prepare(made, root):
        with open(os.path.join(made, place + release, "Makefile"), "w",
                  encoding="ascii") as file:
            file.write(f"include {root}/{place}{common}/Makefile\n")

    root = packages.unpack(
        ["linux-headers-" + release, "linux-headers-" + common,
         "linux-kbuild-" + version], os.path.join(directory, "headers"),
        prepare)
    return os.path.join(root, place + release)


def build(work, headers):
    """The module, and what there is to complain of."""
    for tool in ("make", "gcc-12"):
        packages.need(tool)
    tree = os.path.join(work, "module")
    shutil.copytree(os.path.join(ROOT, "examples/kernel-module"), tree)
    done = subprocess.run(
        ["make", "-j4", "KERNEL=" + headers, "CPUPOLICY=" + ROOT,
         "INCLUDE=-I" + os.path.join(ROOT, "include")], cwd=tree, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"})
    said = [line for line in done.stdout.splitlines()
            if re.search(r"warning|error|\*\*\*|undefined", line, re.I)]
    if done.returncode and not said:
        said = done.stdout.splitlines()[-20:]
    return os.path.join(tree, "cpupolicy_fits.ko"), said


def boot(work, kernel, module, load):
    """What is said between begin and end, by parameters."""
    asked = os.path.join(work, "parameters")
    with open(asked, "w", encoding="ascii") as file:
        file.writelines(question["parameters"] + "\n"
                        for question in QUESTIONS)
    files = Initramfs()
    files.program("init", load)
    files.file("module.ko", module, 0o644)
    files.file("parameters", asked, 0o644)
    archive = os.path.join(work, "initramfs")
    files.write(archive)
    text = "\n".join(machine.qemu(kernel, archive, "Nehalem", 240))
    return text, re.findall(r"== begin (.*)\n((?:.*\n)*?)== end (.*)", text)


def tell_answers(results, text, answers):
    if len(answers) != len(QUESTIONS):
        results.tell("the module is loaded", *text.splitlines()[-30:])
        return
    for question, (parameters, said, end) in zip(QUESTIONS, answers):
        wrong = [f"not said: {pattern}" for pattern in question["says"]
                 if not re.search(pattern, said)]
        if end.strip() != question["end"]:
            wrong.append(f"{end.strip()}, not {question['end']}")
        results.tell(f"{question['why']}: {parameters or 'no parameter'}",
                     *wrong, *(said.splitlines() if wrong else []))


def main(load, directory):
    results = Results()
    try:
        kernel = machine.fetch_kernel(directory)
        release = os.path.basename(packages.one(
            kernel, "boot/vmlinuz-*")).removeprefix("vmlinuz-")
        headers = fetch_headers(directory, release)
        with tempfile.TemporaryDirectory() as work:
            module, said = build(work, headers)
            results.tell("the core is built into a module without a warning",
                         *said)
            if os.path.exists(module):
                tell_answers(results, *boot(work, kernel, module, load))
    except packages.Missing as missing:
        results.skip("a module of the kernel", str(missing))
    print(f"1..{results.number}")
    return results.failed


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
