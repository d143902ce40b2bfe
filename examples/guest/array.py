#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Write a file as a C array: NAME and NAME_size.

usage: array.py NAME FILE > C
"""

import sys


def main():
    name, path = sys.argv[1:]
    with open(path, "rb") as file:
        data = file.read()
    print("#include <stddef.h>")
    print(f"extern const unsigned char {name}[];")
    print(f"extern const size_t {name}_size;")
    print(f"const unsigned char {name}[] = {{")
    for at in range(0, len(data), 16):
        print("\t" + " ".join(f"{byte}," for byte in data[at:at + 16]))
    print("};")
    print(f"const size_t {name}_size = sizeof({name});")


if __name__ == "__main__":
    main()
