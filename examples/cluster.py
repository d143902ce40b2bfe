#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Level a cluster, and print who can move where.

usage: cluster.py RECORD...

RECORDs are the hosts, in any format. The pool's policy is what all of them can
honour; the table shows for each host which of the others can take a guest that
was started with everything this host offers.
"""
import sys

import cpupolicy


def main() -> int:
    """Read the hosts, level them, print."""
    if len(sys.argv) < 2:
        print(__doc__.split("\n\n")[1], file=sys.stderr)
        return 2
    try:
        hosts = [cpupolicy.read(path) for path in sys.argv[1:]]
    except cpupolicy.Error as error:
        print(f"cluster.py: {error}", file=sys.stderr)
        return 2
    for path, host in zip(sys.argv[1:], hosts):
        if not isinstance(host, cpupolicy.Record):
            print(f"cluster.py: {path}: a policy; expected a record",
                  file=sys.stderr)
            return 2
    offers = [host.offer() for host in hosts]
    accepts = [host.accept() for host in hosts]
    names = [host.name or path for host, path in zip(hosts, sys.argv[1:])]

    for name, offer in zip(names, offers):
        row = ["yes" if offer.check(accept) else "no " for accept in accepts]
        print(f"{name:20} {' '.join(row)}")
    try:
        pool, _ = cpupolicy.baseline(offers)
    except cpupolicy.Error as error:
        print(f"no pool: {error}")
        return 1
    print(f"pool: x86-64-v{pool.abi_level}, "
          f"{sum(1 for _ in pool.features())} features, "
          f"fits all: {all(pool <= accept for accept in accepts)}")
    for name, offer in zip(names, offers):
        lost = [f.name for f in offer.features() if f not in pool]
        print(f"  {name} keeps to itself: {' '.join(lost) or 'nothing'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
