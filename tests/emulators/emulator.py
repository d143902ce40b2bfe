# SPDX-License-Identifier: MIT
"""Run a disk image in QEMU or Bochs and give what it printed.

Both have the debug port 0xE9; lines of ours begin with "@ ". A hang ends by
timeout. Nothing here needs a terminal, KVM or root.
"""

import os
import re
import shutil
import subprocess
import tempfile

TIMEOUT = 60  # seconds; a run takes less than one on an idle machine
LAST_LINES = 12  # of a log, when something went wrong
# No MALLOC_PERTURB_, which meson sets and Bochs dies of.
ENVIRONMENT = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR")
               if name in os.environ} | {"TERM": "dumb", "LC_ALL": "C"}


class Trouble(Exception):
    """The emulator did not get to the end of the image."""

    def __init__(self, message, text=""):
        super().__init__(message)
        self.output = Output(text)


class Death(Trouble):
    """Of the emulator itself."""


class Output:
    """What a run printed."""

    def __init__(self, text):
        # Without /dev/pts Bochs clears its screen here: blanks.
        lines = (line.lstrip(" ") for line in text.splitlines())
        self.lines = [line[2:] for line in lines if line.startswith("@ ")]


def execute(command, directory, seconds=TIMEOUT):
    """Give (finished, standard output, all other output)."""
    # Both write each character by itself: files cost less than pipes.
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        try:
            done = subprocess.run(
                command, cwd=directory, stdin=subprocess.DEVNULL, stdout=out,
                stderr=err, timeout=seconds, env=ENVIRONMENT, check=False)
        except subprocess.TimeoutExpired:
            done = None
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read().decode("latin-1"))
    return done, *texts


class Qemu:
    """TCG only: SVM works there, VMX does not exist."""

    name = "qemu"
    program = "qemu-system-x86_64"
    # XSETBV of a guest is never intercepted, so XCR0 cannot be followed.
    intercepts_xsetbv = False
    # Code that runs over the end of its segment runs on.
    checks_limits = False

    @classmethod
    def is_here(cls):
        return shutil.which(cls.program) is not None

    @classmethod
    def version(cls):
        text = subprocess.run([cls.program, "--version"], check=True,
                              stdout=subprocess.PIPE).stdout.decode()
        return re.search(r"version (\S+)", text)[1]

    @classmethod
    def models(cls):
        """(name, whether it is another's alias), as it lists them."""
        text = subprocess.run([cls.program, "-cpu", "help"], check=True,
                              stdout=subprocess.PIPE).stdout.decode()
        return [(found[1], "alias" in found[2]) for found in re.finditer(
            r"^x86 (\S+) *(.*)$", text, re.MULTILINE) if found[1] != "host"]

    @classmethod
    def run(cls, image, model):
        command = [cls.program, "-accel", "tcg", "-cpu", model, "-m", "32",
                   "-drive", f"format=raw,file={os.path.abspath(image)}"
                   ",snapshot=on", "-display", "none", "-nodefaults",
                   "-no-reboot", "-debugcon", "stdio",
                   "-device", "isa-debug-exit,iobase=0xf4,iosize=4"]
        with tempfile.TemporaryDirectory() as directory:
            done, text, log = execute(command, directory)
        if done is None:
            raise Trouble(f"no end after {TIMEOUT} s", text)
        if done.returncode < 0:
            raise Death(f"QEMU died of signal {-done.returncode}", text)
        if not text:
            raise Trouble("\n".join(log.splitlines()[-LAST_LINES:]))
        return Output(text)


class Bochs:
    """VMX and SVM, by the book; the TSC counts instructions."""

    name = "bochs"
    program = "bochs"
    firmware = ("/usr/share/bochs/BIOS-bochs-latest",
                "/usr/share/vgabios/vgabios.bin")
    intercepts_xsetbv = True
    checks_limits = True
    configuration = """\
cpu: model={model}, count=1, ips={speed}, reset_on_triple_fault=0
megs: {megabytes}
romimage: file={firmware[0]}
vgaromimage: file={firmware[1]}
display_library: term
clock: sync=none
panic: action=fatal
error: action=report
log: bochs.log
"""
    disk = """\
ata0-master: type=disk, path=disk.img, mode=flat, cylinders=0
boot: disk
port_e9_hack: enabled=1
"""

    @classmethod
    def is_here(cls):
        return shutil.which(cls.program) is not None \
            and all(os.path.exists(file) for file in cls.firmware)

    @classmethod
    def help(cls):
        return execute([cls.program, "--help", "cpu"], None)[1:]

    @classmethod
    def version(cls):
        return re.search(r"Bochs x86 Emulator (\S+)",
                         "".join(cls.help()))[1]

    @classmethod
    def models(cls):
        text = "".join(cls.help()).partition("Supported CPU models:")[2]
        return [(name, False) for name
                in re.findall(r"^([a-z]\w+)$", text, re.MULTILINE)]

    @classmethod
    def command(cls, directory, model, speed, megabytes, more):
        """What to run there. Time passes by instructions: @speed a second."""
        text = cls.configuration.format(model=model, firmware=cls.firmware,
                                        speed=speed, megabytes=megabytes)
        # Debian's Bochs begins in its debugger: continue.
        for name, contents in (("bochsrc", text + more), ("debugger", "c\n")):
            with open(os.path.join(directory, name), "w",
                      encoding="ascii") as file:
                file.write(contents)
        return [cls.program, "-q", "-f", "bochsrc", "-rc", "debugger"]

    @classmethod
    def run(cls, image, model):
        # Bochs itself has died once in some thousand runs, before it began.
        try:
            return cls.run_once(image, model)
        except Death:
            return cls.run_once(image, model)

    @classmethod
    def run_once(cls, image, model):
        with tempfile.TemporaryDirectory() as directory:
            def path(name):
                return os.path.join(directory, name)

            shutil.copyfile(image, path("disk.img"))
            # The BIOS's delays are short with few instructions to the second.
            done, text, log = execute(
                cls.command(directory, model, 1000000, 32, cls.disk),
                directory)
            if os.path.exists(path("bochs.log")):
                with open(path("bochs.log"), encoding="latin-1") as file:
                    log = file.read()
        if done is None:
            raise Trouble(f"no end after {TIMEOUT} s", text)
        if done.returncode < 0:
            raise Death(f"Bochs died of signal {-done.returncode}", text)
        panic = re.search(r">>PANIC<< (.*)", log)
        if panic and "shutdown" not in panic[1].lower():
            raise Trouble(f"Bochs: {panic[1]}", text)
        return Output(text)


EMULATORS = {"qemu": Qemu, "bochs": Bochs}
