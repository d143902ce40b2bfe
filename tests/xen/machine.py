# SPDX-License-Identifier: MIT
"""Boot Debian's Xen in QEMU, without KVM, and give what its dom0 printed.

The packages are those of Debian 12, unpacked beside the build. An initramfs
holds busybox, Xen's tools with the libraries they need, and what to run. What a
program in dom0 prints comes between marks, over Xen's console. A hang ends by
timeout.
"""

import glob
import gzip
import os
import re
import shutil
import stat

import boot
from emulator import LAST_LINES
from initramfs import Initramfs
import packages

TIMEOUT = 240  # seconds; a boot takes 10 to 20 on an idle machine
NAMES = ["xen-hypervisor-4.17-amd64", "xen-utils-4.17", "libxenmisc4.17",
         "libxencall1", "libxendevicemodel1", "libxenevtchn1",
         "libxenforeignmemory1", "libxengnttab1", "libxentoolcore1",
         "libxentoollog1", "libxenhypfs1", "libxenstore4", "libyajl2",
         "libnl-3-200", "libnl-route-3-200", "busybox-static"]
LIBRARIES = ("lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu")
MODULES = ("xen-privcmd", "xen-evtchn", "xenfs")
INIT = """#!/bin/sh
B=/bin/busybox
$B mount -t proc proc /proc
for module in {modules}; do $B insmod /modules/$module.ko; done
$B mount -t xenfs xen /proc/xen
{commands}
$B poweroff -f
"""


class Trouble(Exception):
    """Xen or its dom0 did not get to the end."""


def thin_out(made, _):
    """Of the kernel's 400 MB of modules those for Xen are enough."""
    for modules in glob.glob(os.path.join(made, "lib/modules/*/kernel")):
        keep = os.path.join(modules, "drivers", "xen")
        aside = os.path.join(made, "xen")
        if os.path.exists(keep):
            os.rename(keep, aside)
            shutil.rmtree(modules)
            os.makedirs(os.path.dirname(keep))
            os.rename(aside, keep)


def unpack(directory):
    """The directory with Xen, its tools and a kernel that can be dom0."""
    return packages.unpack(
        [*NAMES, packages.stands_for("linux-image-amd64")],
        os.path.join(directory, "debian"), thin_out)


class Machine:
    """A directory with what every boot needs."""

    def __init__(self, directory, libraries=()):
        """@libraries: directories with more of them than the packages'."""
        self.directory = directory
        self.root = unpack(directory)
        self.libraries = [os.path.join(self.root, name)
                          for name in LIBRARIES] + list(libraries)
        self.hypervisor = os.path.join(directory, "xen.elf")
        with gzip.open(self.one("boot/xen-*.gz")) as file:
            text = file.read()
        with open(self.hypervisor, "wb") as file:
            file.write(text)
        # QEMU's -initrd separates by blanks and commas
        self.kernel = os.path.join(directory, "vmlinuz")
        shutil.copyfile(self.one("boot/vmlinuz-*"), self.kernel)

    def one(self, pattern):
        return packages.one(self.root, pattern)

    def tool(self, name):
        """A program of Xen's."""
        return self.one(f"usr/lib/xen-*/bin/{name}")

    def initramfs(self, programs, commands, files=()):
        """@programs by name in /bin, @files in /; @commands of sh."""
        archive = Initramfs()
        for name in ("dev", "proc", "modules"):
            archive.add(name, stat.S_IFDIR | 0o755)
        archive.add("dev/console", stat.S_IFCHR | 0o600, b"", (5, 1))
        archive.file("bin/busybox", self.one("bin/busybox"))
        archive.add("bin/sh", stat.S_IFLNK | 0o777, b"busybox")
        for name, path in programs.items():
            archive.program("bin/" + name, path, *self.libraries)
        for path in files:
            archive.file(os.path.basename(path), path)
        for name in MODULES:
            archive.file(f"modules/{name}.ko",
                         self.one(f"lib/modules/**/{name}.ko"))
        archive.add("init", stat.S_IFREG | 0o755, INIT.format(
            modules=" ".join(MODULES),
            commands="\n".join(commands)).encode())
        path = os.path.join(self.directory, "initramfs")
        archive.write(path)
        return path

    def boot(self, model, initramfs):
        """Give the text of each mark: lines behind "@NAME" up to the next."""
        lines, ended = boot.qemu(model, 1024, TIMEOUT, [
            "-kernel", self.hypervisor,
            # TCG faults on Xen's SMAP
            "-append", "console=com1 com1=115200,8n1 dom0_mem=512M smap=0",
            "-initrd", "vmlinuz console=hvc0 panic=-1 quiet,"
            + os.path.basename(initramfs)], self.directory)
        if not ended:
            raise Trouble(f"{model}: no end after {TIMEOUT} s\n"
                          + tail(lines))
        sections, name = {}, None
        for line in lines:
            mark = re.fullmatch(r"@([A-Z]+)", line)
            if mark:
                name = mark[1]
                sections[name] = ""
            elif name and not line.startswith("(XEN)"):
                sections[name] += line + "\n"
        if "END" not in sections:
            raise Trouble(f"{model}: dom0 did not get to its end\n"
                          + tail(lines))
        return sections


def tail(lines):
    return "\n".join(lines[-LAST_LINES:])
