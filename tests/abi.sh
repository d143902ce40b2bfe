#!/bin/sh
# SPDX-License-Identifier: MIT
#
# abi.sh - programs that were linked with the release run with these libraries,
# as TAP.
#
# usage: abi.sh BUILD
#
# Compares the libraries in BUILD with tests/abi/*.abi. New functions and new
# enumerators at the end are fine; whatever else a program could notice is not.

set -u
export LC_ALL=C

build=$1
root=$(cd "$(dirname "$0")/.." && pwd)
if ! command -v abidiff >/dev/null; then
	echo '1..0 # SKIP no abidiff (Debian: abigail-tools)'
	exit 0
fi
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
number=0

# result STATUS NAME: what was said is shown if it is not ok
result()
{
	number=$((number + 1))
	if [ "$1" = 0 ]; then
		echo "ok $number - $2"
	else
		echo "not ok $number - $2"
		sed 's/^/# /' "$work/out"
	fi
}

# compare DUMP LIBRARY: 0 the same or more; 4 and up changed; else trouble.
# Which types are private the dump knows; a dump without places in files cannot
# be compared by headers again.
compare()
{
	abidiff --no-added-syms "$1" "$2" >"$work/out" 2>&1
}

for name in libcpupolicy libcpupolicy-host; do
	compare "$root/tests/abi/$name.abi" "$build/$name.so.0"
	result $? "$name is what it was, or more"
done

# Each mutant is a release of which this build has changed something.
dump=$root/tests/abi/libcpupolicy.abi
# mutant NAME VERDICT SAID SED-COMMAND...
mutant()
{
	name=$1 verdict=$2 said=$3
	shift 3
	sed "$@" "$dump" >"$work/mutant.abi"
	compare "$work/mutant.abi" "$build/libcpupolicy.so.0"
	status=$?
	case $verdict in
	noticed) [ $((status & 4)) -ne 0 ] && grep -q "$said" "$work/out" ;;
	fine) [ "$status" = 0 ] ;;
	esac && ! cmp -s "$dump" "$work/mutant.abi"
	result $? "$name"
}

mutant 'a function that is gone is noticed' noticed cpupolicy_gone \
	"s/'cpupolicy_hide'/'cpupolicy_gone'/"
mutant 'a function that is new is fine' fine - \
	-e "/<elf-symbol name='cpupolicy_hide'/d" \
	-e "/<function-decl name='cpupolicy_hide'/,/<\/function-decl>/d"
mutant 'a struct that grew is noticed' noticed 'cpupolicy_row' \
	-e "/<class-decl name='cpupolicy_row'/s/192/160/" \
	-e "/layout-offset-in-bits='160'/{N;N;/'edx'/d}"
mutant 'members that changed places are noticed' noticed 'cpupolicy_row' \
	"/<class-decl name='cpupolicy_row'/,/<\/class-decl>/{
		s/'eax'/'EBX'/
		s/'ebx'/'eax'/
		s/'EBX'/'ebx'/
	}"
mutant 'an argument that became another is noticed' noticed cpupolicy_strerror \
	"/<function-decl name='cpupolicy_strerror'/,/<\/function-decl>/{
		/<parameter/d
	}"
mutant 'a verdict that changed its number is noticed' noticed FITS_INSECURE \
	"/'CPUPOLICY_FITS_INSECURE'/s/'2'/'9'/"
mutant 'a vendor that is new is fine' fine - "/'CPUPOLICY_VENDOR_ZHAOXIN'/d"

echo "1..$number"
