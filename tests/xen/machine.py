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
import subprocess

import packages

QEMU = "qemu-system-x86_64"
TIMEOUT = 240  # seconds; a boot takes 10 to 20 on an idle machine
NAMES = ["xen-hypervisor-4.17-amd64", "xen-utils-4.17", "libxenmisc4.17",
         "libxencall1", "libxendevicemodel1", "libxenevtchn1",
         "libxenforeignmemory1", "libxengnttab1", "libxentoolcore1",
         "libxentoollog1", "libxenhypfs1", "libxenstore4", "libyajl2",
         "libnl-3-200", "libnl-route-3-200", "busybox-static"]
LIBRARIES = ("lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu", "lib64")
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


class Archive:
    """An initramfs being written (cpio, "newc": Linux, early-userspace docs)."""

    def __init__(self):
        self.parts = []

    def add(self, name, mode, data=b"", device=(0, 0)):
        words = (len(self.parts) + 1, mode, 0, 0, 1, 0, len(data), 0, 0,
                 *device, len(name) + 1, 0)
        head = b"070701" + b"".join(b"%08x" % word for word in words) \
            + name.encode() + b"\0"
        self.parts.append(head + bytes(-len(head) % 4)
                          + data + bytes(-len(data) % 4))

    def file(self, name, path):
        with open(path, "rb") as file:
            self.add(name, stat.S_IFREG | 0o755, file.read())

    def write(self, path):
        self.add("TRAILER!!!", 0)
        with gzip.open(path, "wb", 1) as file:
            file.write(b"".join(self.parts))


class Machine:
    """A directory with what every boot needs."""

    def __init__(self, directory, libraries=()):
        """@libraries: directories with more of them than the packages'."""
        if not shutil.which(QEMU):
            raise packages.Missing(f"{QEMU} is not installed")
        self.directory = directory
        self.more = libraries
        self.root = packages.unpack([*NAMES, packages.kernel()],
                                    os.path.join(directory, "debian"))
        self.hypervisor = os.path.join(directory, "xen.elf")
        with gzip.open(self.one("boot/xen-*.gz")) as file:
            text = file.read()
        with open(self.hypervisor, "wb") as file:
            file.write(text)
        # QEMU's -initrd separates by blanks and commas
        self.kernel = os.path.join(directory, "vmlinuz")
        shutil.copyfile(self.one("boot/vmlinuz-*"), self.kernel)

    def one(self, pattern):
        found = glob.glob(os.path.join(self.root, pattern), recursive=True)
        if not found:
            raise packages.Missing(f"no {pattern} in the packages")
        return found[0]

    def tool(self, name):
        """A program of Xen's."""
        return self.one(f"usr/lib/xen-*/bin/{name}")

    def library(self, name):
        for top in (self.root, "/"):
            for directory in LIBRARIES:
                path = os.path.join(top, directory, name)
                if os.path.exists(path):
                    return os.path.realpath(path)
        for directory in self.more:
            path = os.path.join(directory, name)
            if os.path.exists(path):
                return os.path.realpath(path)
        raise packages.Missing(f"no library {name} in the packages")

    def libraries(self, program, found):
        """All libraries of a program, by name."""
        said = subprocess.run(["objdump", "-p", program], check=True,
                              capture_output=True, text=True).stdout
        for name in re.findall(r"NEEDED\s+(\S+)", said):
            if name not in found:
                found[name] = self.library(name)
                self.libraries(found[name], found)
        return found

    def initramfs(self, programs, commands, files=()):
        """@programs by name in /bin, @files in /; @commands of sh."""
        archive, found = Archive(), {}
        for name in ("bin", "lib64", "lib", "lib/x86_64-linux-gnu", "dev",
                     "proc", "modules"):
            archive.add(name, stat.S_IFDIR | 0o755)
        archive.add("dev/console", stat.S_IFCHR | 0o600, b"", (5, 1))
        archive.file("bin/busybox", self.one("bin/busybox"))
        archive.add("bin/sh", stat.S_IFLNK | 0o777, b"busybox")
        for name, path in programs.items():
            archive.file("bin/" + name, path)
            self.libraries(path, found)
        for path in files:
            archive.file(os.path.basename(path), path)
        for name, path in found.items():
            archive.file(("lib64/" if name.startswith("ld-")
                          else "lib/x86_64-linux-gnu/") + name, path)
        archive.file("lib64/ld-linux-x86-64.so.2",
                     self.library("ld-linux-x86-64.so.2"))
        for name in MODULES:
            archive.file(f"modules/{name}.ko",
                         self.one(f"lib/modules/**/{name}.ko"))
        archive.add("init", stat.S_IFREG | 0o755, INIT.format(
            modules=" ".join(MODULES),
            commands="\n".join(commands)).encode())
        path = os.path.join(self.directory, "initramfs.gz")
        archive.write(path)
        return path

    def boot(self, model, initramfs):
        """Give the text of each mark: lines behind "@NAME" up to the next."""
        command = [
            QEMU, "-accel", "tcg", "-cpu", model, "-m", "1024",
            "-kernel", self.hypervisor,
            # TCG faults on Xen's SMAP
            "-append", "console=com1 com1=115200,8n1 dom0_mem=512M smap=0",
            "-initrd", "vmlinuz console=hvc0 panic=-1 quiet,"
            + os.path.basename(initramfs),
            "-display", "none", "-no-reboot", "-nodefaults",
            "-serial", "stdio"]
        try:
            text = subprocess.run(
                command, cwd=self.directory, stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                timeout=TIMEOUT, check=False).stdout
        except subprocess.TimeoutExpired as late:
            raise Trouble(f"{model}: no end after {TIMEOUT} s\n"
                          + tail(late.stdout or b"")) from late
        sections, name = {}, None
        for line in text.decode("latin-1").replace("\r", "").splitlines():
            mark = re.fullmatch(r"@([A-Z]+)", line)
            if mark:
                name = mark[1]
                sections[name] = ""
            elif name and not line.startswith("(XEN)"):
                sections[name] += line + "\n"
        if "END" not in sections:
            raise Trouble(f"{model}: dom0 did not get to its end\n"
                          + tail(text))
        return sections


def tail(text):
    return "\n".join(text.decode("latin-1").splitlines()[-12:])
