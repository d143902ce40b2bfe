# SPDX-License-Identifier: MIT
"""Debian's packages, unpacked in a directory and never installed."""

import glob
import os
import re
import shutil
import subprocess

TIMEOUT = 300  # seconds for all downloads


class Missing(Exception):
    """Why there are no packages."""


def kernel():
    """The kernel that Debian installs now: it can be Xen's dom0."""
    said = subprocess.run(["apt-cache", "depends", "linux-image-amd64"],
                          capture_output=True, text=True, check=False).stdout
    found = re.search(r"Depends: (linux-image-\S+-amd64)", said)
    if not found:
        raise Missing("apt-cache knows no linux-image-amd64")
    return found[1]


def download(names, directory):
    if not shutil.which("apt-get") or not shutil.which("dpkg"):
        raise Missing("no apt-get and dpkg here")
    os.makedirs(directory, exist_ok=True)
    try:
        done = subprocess.run(
            ["apt-get", "download", "-q", *names], cwd=directory, text=True,
            capture_output=True, timeout=TIMEOUT, check=False)
    except subprocess.TimeoutExpired as late:
        raise Missing(f"apt-get download took over {TIMEOUT} s") from late
    if done.returncode:
        errors = [line for line in done.stderr.splitlines()
                  if line.startswith("E:")]
        raise Missing("apt-get download: " + " ".join(errors[:1]))


def thin_out(root):
    """Of the kernel's 400 MB of modules those for Xen are enough."""
    for modules in glob.glob(os.path.join(root, "lib/modules/*/kernel")):
        keep = os.path.join(modules, "drivers", "xen")
        aside = os.path.join(root, "xen")
        if os.path.exists(keep):
            os.rename(keep, aside)
            shutil.rmtree(modules)
            os.makedirs(os.path.dirname(keep))
            os.rename(aside, keep)


def unpack(names, directory):
    """Give the directory with all of them; once for each set of names."""
    root, stamp = os.path.join(directory, "root"), \
        os.path.join(directory, "packages")
    wanted = "\n".join(names) + "\n"
    if os.path.exists(stamp):
        with open(stamp, encoding="ascii") as file:
            if file.read() == wanted:
                return root
    shutil.rmtree(directory, ignore_errors=True)
    download(names, directory)
    for package in glob.glob(os.path.join(directory, "*.deb")):
        subprocess.run(["dpkg", "-x", package, root], check=True)
        os.remove(package)
    thin_out(root)
    with open(stamp, "w", encoding="ascii") as file:
        file.write(wanted)
    return root
