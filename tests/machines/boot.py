# SPDX-License-Identifier: MIT
"""Boot a kernel in QEMU, without KVM, and give what its serial port said."""

import os
import sys

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)),
                             os.pardir, "emulators"))
from emulator import Qemu, execute  # noqa: E402
import packages  # noqa: E402


def qemu(model, megabytes, seconds, arguments, directory=None):
    """Give its lines, and whether it came to its end in time."""
    done, text, log = execute(
        [packages.need(Qemu.program), "-accel", "tcg", "-cpu", model,
         "-m", str(megabytes), *arguments, "-display", "none", "-no-reboot",
         "-nodefaults", "-serial", "stdio"], directory, seconds)
    return lines_of(text + log), done is not None


def lines_of(text):
    return text.replace("\r", "").splitlines()
