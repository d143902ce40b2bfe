#!/bin/sh
# SPDX-License-Identifier: MIT
#
# example.sh - examples/cluster.py, as its user runs it, as TAP.
#
# usage: example.sh PYTHON

python=$1
data=tests/data/libvirt
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
number=0

# try NAME STATUS PATTERN ARGUMENTS...
try()
{
	name=$1 status=$2 pattern=$3
	shift 3
	number=$((number + 1))
	"$python" examples/cluster.py "$@" >"$work/out" 2>&1
	if [ $? -eq "$status" ] && grep -q -e "$pattern" "$work/out"; then
		echo "ok $number - $name"
	else
		echo "not ok $number - $name"
		sed 's/^/# /' "$work/out"
	fi
}

try 'a cluster is levelled' 0 '^pool: x86-64-v2, .* fits all: True' \
	$data/FX-8150.json $data/Opteron-6282.json
try 'an old host costs the new ones' 0 'FX-8150 keeps to itself: .*avx' \
	$data/FX-8150.json $data/Opteron-1352.json
try 'who can move is shown by host' 0 '^Opteron-2350 *yes *no' \
	$data/Opteron-2350.json $data/FX-8150.json
try 'two vendors have no pool' 1 '^no pool: ' \
	$data/FX-8150.json $data/Core-i7-2600.json
try 'a file that cannot be read is told' 2 '/nonexistent: ' /nonexistent
try 'no hosts are no cluster' 2 'usage'
echo "1..$number"
