#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Print the folder under a prefix in which this Python looks for packages.

usage: where.py PREFIX

Prints nothing if it looks nowhere there.
"""
import os
import site
import sys

PREFIX = os.path.join(sys.argv[1], "lib", "")
for folder in [*site.getsitepackages(), site.getusersitepackages()]:
    if folder.startswith(PREFIX):
        print(folder)
        break
