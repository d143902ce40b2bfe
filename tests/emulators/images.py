# SPDX-License-Identifier: MIT
"""Link hypervisor images with a policy, and with a part exchanged.

The build says how: words after --tools, --compile, --link and --image.
"""

import os
import subprocess

SECTIONS = ("--tools", "--compile", "--link", "--image")


class Build:
    def __init__(self, arguments, directory):
        self.words = {}
        for word in arguments:
            if word in SECTIONS:
                words = self.words.setdefault(word[2:], [])
            else:
                words.append(word)
        self.directory = directory

    def path(self, name):
        return os.path.join(self.directory, name)

    def compile(self, source, name, *more):
        """Give the path of the object."""
        object_path = self.path(name + ".o")
        subprocess.run([*self.words["compile"], *more, "-c", source,
                        "-o", object_path], check=True)
        return object_path

    def policy(self, path, name):
        """The object of a policy's JSON."""
        source = self.path(name + ".c")
        with open(source, "wb") as file:
            subprocess.run([self.words["tools"][0], path], check=True,
                           stdout=file)
        return self.compile(source, name)

    def link(self, name, *objects):
        """Objects come before the library and so replace parts of it."""
        program, image = self.path(name + ".elf"), self.path(name + ".img")
        first, *rest = self.words["link"]
        subprocess.run([first, *objects, *rest, "-o", program], check=True)
        subprocess.run([*self.words["image"], program, image], check=True)
        return image
