# SPDX-License-Identifier: MIT
"""A virtual machine that has KVM: Debian's kernel, and nothing but our tool.

The kernel is fetched with apt-get and unpacked beside the build: it is never
installed. KVM inside is kvm_amd under QEMU, and kvm_intel under Bochs.
"""

import fcntl
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)),
                             os.pardir, "emulators"))
from emulator import ENVIRONMENT, Bochs  # noqa: E402

MODULES = ("irqbypass", "kvm", "ccp")
VENDORS = {"amd": "kvm-amd", "intel": "kvm-intel"}


class Missing(Exception):
    """The test cannot be done here."""


def need(tool):
    path = shutil.which(tool, path="/usr/sbin:/usr/bin:/sbin:/bin")
    if not path:
        raise Missing(f"{tool} is not installed")
    return path


def text_of(command, **more):
    try:
        return subprocess.run(command, check=True, text=True,
                              stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, **more).stdout
    except subprocess.CalledProcessError as error:
        last = (error.stdout.strip().splitlines() or ["nothing said"])[-1]
        raise Missing(f"{' '.join(command[:3])}: {last}") from error


def package_of(name):
    """The package that Debian's meta-package stands for now."""
    said = text_of([need("apt-cache"), "depends", name],
                   env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"})
    found = re.search(r"Depends: (linux-image-\S+)", said)
    if not found:
        raise Missing(f"apt knows no {name}")
    return found.group(1)


def fetch_kernel(directory):
    """The directory with a kernel unpacked; tests may run at once."""
    os.makedirs(directory, exist_ok=True)
    with open(os.path.join(directory, "lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not glob.glob(os.path.join(directory, "root/boot/vmlinuz-*")):
            package = package_of("linux-image-cloud-amd64")
            text_of([need("apt-get"), "-q", "download", package],
                    cwd=directory)
            deb = glob.glob(os.path.join(directory, package + "_*.deb"))[-1]
            text_of([need("dpkg-deb"), "-x", deb,
                     os.path.join(directory, "unpacked")])
            os.rename(os.path.join(directory, "unpacked"),
                      os.path.join(directory, "root"))
            os.unlink(deb)
    return os.path.join(directory, "root")


def cpio(files):
    """An archive as the kernel takes it: name, mode, contents."""
    def entry(number, name, mode, data):
        head = [number, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0,
                len(name) + 1, 0]
        text = b"070701" + b"".join(b"%08x" % word for word in head)
        text += name.encode() + b"\0"
        text += b"\0" * (-len(text) % 4) + data
        return text + b"\0" * (-len(text) % 4)

    made, out, directories = [], b"", set()
    for name, path, mode in files:
        parent = os.path.dirname(name)
        while parent and parent not in directories:
            directories.add(parent)
            parent = os.path.dirname(parent)
        with open(path, "rb") as file:
            made.append((name, mode, file.read()))
    everything = [(name, 0o40755, b"") for name in sorted(directories)] + [
        (name, 0o100000 | mode, data) for name, mode, data in made]
    for number, (name, mode, data) in enumerate(everything, 1):
        out += entry(number, name, mode, data)
    return out + entry(0, "TRAILER!!!", 0, b"")


def libraries(program):
    """What the loader will look for, and the loader itself."""
    said = text_of([need("ldd"), program])
    return sorted(set(re.findall(r"(/\S+) \(0x", said)))


def initramfs(path, kernel, tool, init, vendor, policies):
    files = [("init", init, 0o755), ("cpupolicy", tool, 0o755)]
    files += [(library.lstrip("/"), library, 0o755) for library
              in sorted({*libraries(tool), *libraries(init)})]
    for number, module in enumerate([*MODULES, VENDORS[vendor]]):
        found = glob.glob(f"{kernel}/lib/modules/**/{module}.ko",
                          recursive=True)
        if found:
            files.append((f"modules/{number}-{module}", found[0], 0o644))
    for policy in policies:
        files.append(("policies/" + os.path.basename(policy), policy, 0o644))
    with open(path, "wb") as out:
        out.write(cpio(files))


def lines_of(said):
    return said.decode(errors="replace").replace("\r", "").splitlines()


def run(command, seconds, **more):
    """What it printed, until its end or its time's."""
    try:
        return subprocess.run(command, stdin=subprocess.DEVNULL, check=False,
                              stdout=subprocess.PIPE, timeout=seconds,
                              stderr=subprocess.STDOUT, **more).stdout
    except subprocess.TimeoutExpired as error:
        return (error.stdout or b"") + b"\n== timeout\n"


def qemu(kernel, archive, cpu, seconds):
    """The lines that the machine's serial port says."""
    return lines_of(run([
        need("qemu-system-x86_64"), "-accel", "tcg", "-cpu", cpu,
        "-m", "512", "-kernel", glob.glob(kernel + "/boot/vmlinuz-*")[0],
        "-initrd", archive, "-append", "console=ttyS0 panic=-1 quiet",
        "-display", "none", "-no-reboot", "-nodefaults",
        "-serial", "stdio"], seconds))


BOCHSRC = """\
cpu: model={model}, count=1, ips=50000000, reset_on_triple_fault=0
megs: 512
romimage: file={firmware[0]}
vgaromimage: file={firmware[1]}
ata0-master: type=cdrom, path=boot.iso, status=inserted
boot: cdrom
display_library: term
com1: enabled=1, mode=file, dev=serial
clock: sync=none
panic: action=fatal
error: action=report
log: bochs.log
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
        raise Missing("bochs is not installed")
    with tempfile.TemporaryDirectory() as directory:
        tree = os.path.join(directory, "tree")
        os.makedirs(os.path.join(tree, "boot/grub"))
        shutil.copy(glob.glob(kernel + "/boot/vmlinuz-*")[0],
                    os.path.join(tree, "vmlinuz"))
        shutil.copy(archive, os.path.join(tree, "initrd"))
        for name, text in (("tree/boot/grub/grub.cfg", GRUB),
                           ("bochsrc", BOCHSRC.format(
                               model=model, firmware=Bochs.firmware)),
                           ("debugger", "c\n")):
            with open(os.path.join(directory, name), "w",
                      encoding="ascii") as file:
                file.write(text)
        need("xorriso")
        text_of([need("grub-mkrescue"), "-d", "/usr/lib/grub/i386-pc",
                 "-o", os.path.join(directory, "boot.iso"), tree])
        run([Bochs.program, "-q", "-f", "bochsrc", "-rc", "debugger"],
            seconds, cwd=directory, env=ENVIRONMENT)
        with open(os.path.join(directory, "serial"), "rb") as file:
            return lines_of(file.read())
