#!/bin/sh
# SPDX-License-Identifier: MIT
#
# A library exports what its headers declare, and nothing else, each symbol with
# the version of a release.
#
# usage: exports.sh LIBRARY MAP HEADER...
#
# LIBRARY is a shared object that was linked with the version script MAP,
# HEADERs are those it implements.

set -u
export LC_ALL=C

library=$1 map=$2
shift 2
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT

nm -D --defined-only "$library" >"$work/nm" || exit 99
# Reserved names come from the compiler: what fuzzing instruments, for one.
awk '$2 != "A" && $3 !~ /^__/ { print $3 }' "$work/nm" >"$work/symbols"
sed 's/@.*//' "$work/symbols" | sort >"$work/exported"
sed -n 's/^\([A-Z0-9_.]*\) {$/\1/p' "$map" >"$work/nodes"
sed 's/^[^@]*@*//' "$work/symbols" | sort -u |
	grep -v -x -F -f "$work/nodes" >"$work/unversioned"
# A declaration runs from CPUPOLICY_API to its semicolon; the function's name is
# the word before the first parenthesis.
awk '/^CPUPOLICY_API/ { on = 1 }
	on { printf "%s ", $0 }
	/;/ && on { print ""; on = 0 }' "$@" |
	sed -n 's/[^(]*[ *\t]\(cpupolicy_[a-z0-9_]*\)(.*/\1/p' |
	sort >"$work/declared"

report()
{
	if [ -s "$work/$2" ]; then
		echo "not ok - $1"
		sed 's/^/# /' "$work/$2"
		return
	fi
	echo "ok - $1"
}

comm -13 "$work/declared" "$work/exported" >"$work/secret"
comm -23 "$work/declared" "$work/exported" >"$work/missing"
report "exports nothing that no header declares" secret
report "exports all that its headers declare" missing
report "every symbol has the version of a release" unversioned
[ -s "$work/nodes" ] && [ ! -s "$work/unversioned" ] && [ -s "$work/declared" ] && [ ! -s "$work/secret" ] && [ ! -s "$work/missing" ]
