# SPDX-License-Identifier: MIT
"""Debian's packages, unpacked in a directory and never installed."""

import fcntl
import glob
import os
import re
import shutil
import subprocess
import tempfile

TIMEOUT = 300  # seconds for all downloads
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"


class Missing(Exception):
    """The test cannot be done here, and why."""


def need(tool):
    path = shutil.which(tool, path=PATH)
    if not path:
        raise Missing(f"{tool} is not installed")
    return path


def text_of(tool, *arguments, **more):
    """What a tool says that a test cannot do without."""
    try:
        return subprocess.run(
            [need(tool), *arguments], check=True, text=True, timeout=TIMEOUT,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **more).stdout
    except subprocess.TimeoutExpired as late:
        raise Missing(f"{tool} took over {TIMEOUT} s") from late
    except subprocess.CalledProcessError as error:
        last = (error.stdout.strip().splitlines() or ["nothing said"])[-1]
        raise Missing(f"{tool} {arguments[0]}: {last}") from error


def stands_for(name):
    """The package that one of Debian's for the newest kernel means now."""
    said = text_of("apt-cache", "depends", name,
                   env={"LC_ALL": "C", "PATH": PATH})
    found = re.search(r"Depends: (linux-image-\S+)", said)
    if not found:
        raise Missing(f"apt knows no {name}")
    return found[1]


def written(path):
    if not os.path.exists(path):
        return ""
    with open(path, encoding="ascii") as file:
        return file.read()


def unpack(names, directory, prepare=None):
    """Give the directory that has all of them as if it were /.

    Once for each set of names; tests may run at once. @prepare is called with
    where they are now and where they will be.
    """
    root, stamp = (os.path.join(directory, name)
                   for name in ("root", "packages"))
    wanted = "\n".join(names) + "\n"
    os.makedirs(directory, exist_ok=True)
    with open(os.path.join(directory, "lock"), "w",
              encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if written(stamp) == wanted:
            return root
        with tempfile.TemporaryDirectory(dir=directory) as made:
            text_of("apt-get", "-q", "download", *names, cwd=made)
            for package in glob.glob(os.path.join(made, "*.deb")):
                text_of("dpkg-deb", "-x", package,
                        os.path.join(made, "root"))
            if prepare:
                prepare(os.path.join(made, "root"), root)
            if os.path.exists(stamp):
                os.remove(stamp)
            shutil.rmtree(root, ignore_errors=True)
            os.rename(os.path.join(made, "root"), root)
        with open(stamp, "w", encoding="ascii") as file:
            file.write(wanted)
    return root


def one(root, pattern):
    """The file of theirs that a pattern means."""
    found = glob.glob(os.path.join(root, pattern), recursive=True)
    if not found:
        raise Missing(f"no {pattern} in the packages")
    return found[0]
