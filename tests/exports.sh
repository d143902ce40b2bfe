#!/bin/sh
# SPDX-License-Identifier: MIT
#
# A library exports what its headers declare, and nothing else.
#
# usage: exports.sh LIBRARY HEADER...
#
# LIBRARY is a shared object, HEADERs are those it implements.

set -u
export LC_ALL=C

library=$1
shift
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT

nm -D --defined-only "$library" >"$work/nm" || exit 99
# Reserved names come from the compiler: what fuzzing instruments, for one.
awk '$3 !~ /^__/ { print $3 }' "$work/nm" | sort >"$work/exported"
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
[ -s "$work/declared" ] && [ ! -s "$work/secret" ] && [ ! -s "$work/missing" ]
