# SPDX-License-Identifier: MIT
"""An initramfs being written (cpio, "newc": Linux, early-userspace docs)."""

import os
import re
import stat

import packages

LOADER = "lib64/ld-linux-x86-64.so.2"
LIBRARIES = "lib/x86_64-linux-gnu"


class Initramfs:
    """Files by their names, without a leading slash."""

    def __init__(self):
        self.parts, self.names = [], set()

    def add(self, name, mode, data=b"", device=(0, 0)):
        """@mode with the file's type; what is above it is made, once."""
        parent = os.path.dirname(name)
        if parent and parent not in self.names:
            self.add(parent, stat.S_IFDIR | 0o755)
        self.names.add(name)
        words = (len(self.parts) + 1, mode, 0, 0, 1, 0, len(data), 0, 0,
                 *device, len(name) + 1, 0)
        head = b"070701" + b"".join(b"%08x" % word for word in words) \
            + name.encode() + b"\0"
        self.parts.append(head + bytes(-len(head) % 4)
                          + data + bytes(-len(data) % 4))

    def file(self, name, path, mode=0o755):
        with open(path, "rb") as file:
            self.add(name, stat.S_IFREG | mode, file.read())

    def program(self, name, path, *directories):
        """With its libraries, of these directories before the system's."""
        self.file(name, path)
        said = packages.text_of(
            "ldd", path, env={"LC_ALL": "C", "PATH": packages.PATH,
                              "LD_LIBRARY_PATH": ":".join(directories)})
        for missing in re.findall(r"(\S+) => not found", said):
            raise packages.Missing(f"no library {missing} for {name}")
        for library in re.findall(r"(/\S+) \(0x", said):
            base = os.path.basename(library)
            target = LOADER if base.startswith("ld-") \
                else f"{LIBRARIES}/{base}"
            if target not in self.names:
                self.file(target, library)

    def write(self, path):
        self.add("TRAILER!!!", 0)
        with open(path, "wb") as file:
            file.write(b"".join(self.parts))
