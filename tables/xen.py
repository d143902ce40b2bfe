# SPDX-License-Identifier: MIT
"""How Xen and its toolstack write features down: the words of a featureset,
and the names of xl's cpuid= lines.

Reads xen_words.csv and xl.csv, refuses what is wrong with file:line, and gives
gen.py the lists that the hosted library includes.
"""
import re

import table

GEN = "src/host/gen/"


def address(row):
    """What a row says of a place, as C writes it."""
    space = row.one_of("space", ["cpu", "msr"])
    halves = ["lo", "hi"]
    row.one_of("register", halves if space else
               [name for name in table.REGISTERS if name not in halves])
    return (f"{space}, 0x{row.number('leaf', 16):x}, "
            f"{row.number('subleaf')}, {table.REGISTERS[row['register']]}")


def words(directory):
    lines, places = [], {}
    for row in table.read(directory, "xen_words.csv"):
        place = address(row)
        for key in (place, row["word"]):
            if key in places:
                row.refuse(f"'{row['word']}' is at {places[key]} already")
            places[key] = row.place
        lines.append(f'WORD("{row["word"]}", {place})')
    return lines


def bits(row):
    match = re.fullmatch(r"(\d+)(?::(\d+))?", row["bits"])
    high, low = (int(match[1]), int(match[2] or match[1])) if match else (0, 1)
    if not 0 <= low <= high < 32:
        row.refuse(f"bits: '{row['bits']}' is neither a bit nor high:low")
    return f"{high}, {low}"


def names(directory):
    lines, places = [], {}
    for row in table.read(directory, "xl.csv"):
        name = row["name"]
        if not re.fullmatch(r"[a-z0-9][a-z0-9_.+-]*", name):
            row.refuse(f"'{name}' is no name")
        if name in places:
            row.refuse(f"'{name}' is at {places[name]} already")
        places[name] = row.place
        lines.append(f'NAME("{name}", {address(row)}, {bits(row)})')
    return lines


def lists(directory):
    """Generated files: name -> (source tables, lines)."""
    return {
        GEN + "xen_words.inc": ("xen_words.csv", words(directory)),
        GEN + "xl_names.inc": ("xl.csv", names(directory)),
    }
