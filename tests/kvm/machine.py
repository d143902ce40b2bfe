# SPDX-License-Identifier: MIT
"""A virtual machine that has KVM: Debian's kernel, and nothing but our tool.

The kernel is unpacked beside the build: it is never installed. KVM inside is
kvm_amd under QEMU, and kvm_intel under Bochs.
"""

import glob
import os
import shutil
import sys
import tempfile

TESTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir)
sys.path[1:1] = [os.path.join(TESTS, "machines"),
                 os.path.join(TESTS, "emulators")]
import boot  # noqa: E402
from emulator import Bochs, execute  # noqa: E402
from initramfs import Initramfs  # noqa: E402
import packages  # noqa: E402

MODULES = ("irqbypass", "kvm", "ccp")
VENDORS = {"amd": "kvm-amd", "intel": "kvm-intel"}


def fetch_kernel(directory):
    """The directory with a kernel unpacked."""
    return packages.unpack([packages.stands_for("linux-image-cloud-amd64")],
                           directory)


def initramfs(path, kernel, tool, init, vendor, policies):
    archive = Initramfs()
    archive.program("init", init)
    archive.program("cpupolicy", tool)
    for number, module in enumerate([*MODULES, VENDORS[vendor]]):
        found = glob.glob(f"{kernel}/lib/modules/**/{module}.ko",
                          recursive=True)
        if found:
            archive.file(f"modules/{number}-{module}", found[0], 0o644)
    for policy in policies:
        archive.file("policies/" + os.path.basename(policy), policy, 0o644)
    archive.write(path)


def qemu(kernel, archive, cpu, seconds):
    """The lines that the machine's serial port says."""
    lines, ended = boot.qemu(cpu, 512, seconds, [
        "-kernel", packages.one(kernel, "boot/vmlinuz-*"),
        "-initrd", archive, "-append", "console=ttyS0 panic=-1 quiet"])
    return lines if ended else [*lines, "== timeout"]


BOCHSRC = """\
ata0-master: type=cdrom, path=boot.iso, status=inserted
boot: cdrom
com1: enabled=1, mode=file, dev=serial
"""

GRUB = """\
set timeout=0
menuentry linux {
    linux /vmlinuz console=ttyS0,115200 panic=-1 tsc=reliable nokaslr nosmp \
        mitigations=off quiet
    initrd /initrd
}
"""


def bochs(kernel, archive, model, seconds):
    """The same, of a CPU that has VMX; a CD boots it."""
    if not Bochs.is_here():
        raise packages.Missing("bochs is not installed")
    packages.need("xorriso")
    with tempfile.TemporaryDirectory() as directory:
        tree = os.path.join(directory, "tree")
        os.makedirs(os.path.join(tree, "boot/grub"))
        shutil.copy(packages.one(kernel, "boot/vmlinuz-*"),
                    os.path.join(tree, "vmlinuz"))
        shutil.copy(archive, os.path.join(tree, "initrd"))
        with open(os.path.join(tree, "boot/grub/grub.cfg"), "w",
                  encoding="ascii") as file:
            file.write(GRUB)
        packages.text_of("grub-mkrescue", "-d", "/usr/lib/grub/i386-pc",
                         "-o", os.path.join(directory, "boot.iso"), tree)
        execute(Bochs.command(directory, model, 50000000, 512, BOCHSRC),
                directory, seconds)
        with open(os.path.join(directory, "serial"),
                  errors="replace", encoding="utf-8") as file:
            return boot.lines_of(file.read())
