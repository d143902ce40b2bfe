#!/bin/sh
# SPDX-License-Identifier: MIT
#
# test.sh - vet, format and test the Go binding and its example, as TAP.
#
# usage: test.sh GO WORK
#
# GO is the toolchain, WORK a folder to build in. Where the library is, is told
# by PKG_CONFIG_PATH and LD_LIBRARY_PATH.

go=$1
work=$2
export GOCACHE="$work/cache" GOPATH="$work/path" GOFLAGS=-mod=mod GOPROXY=off
mkdir -p "$work" && cd "$(dirname "$0")" || exit 1
number=0

# result STATUS NAME: one line, and what was said if it failed
result()
{
	number=$((number + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $number - $2"
	else
		echo "not ok $number - $2"
		sed 's/^/# /' "$work/out"
	fi
}

"$go" vet ./... >"$work/out" 2>&1
result $? 'vet has nothing to say'
gofmt=$(dirname "$(readlink -f "$go")")/gofmt
"$gofmt" -l . >"$work/out" 2>&1 && [ ! -s "$work/out" ]
result $? 'formatted as gofmt does'

"$go" test -count=1 -v . >"$work/tests" 2>&1
status=$?
sed -n 's/^ *--- \([A-Z]*\): \(.*\) ([0-9.]*s)$/\1 \2/p' "$work/tests" >"$work/list"
grep -v '^ *--- \|^=== ' "$work/tests" >"$work/out"
while read -r word name; do
	[ "$name" = TestCases ] && continue # its cases follow
	[ "$word" = PASS ]
	result $? "$name"
done <"$work/list"
[ $status -eq 0 ] && [ -s "$work/list" ]
result $? 'all tests ran'

"$go" build -o "$work/label-node" ./examples/label-node >"$work/out" 2>&1
result $? 'the example builds'
data=${CPUPOLICY_SOURCE_ROOT:?}/tests/data/libvirt
"$work/label-node" --record "$data/FX-8150.json" >"$work/out" 2>&1 &&
	grep -q '^cpupolicy/class=[0-9a-f]\{16\}$' "$work/out" &&
	grep -q '^cpupolicy/abi=x86-64-v2$' "$work/out"
result $? 'a node is labelled'
"$CPUPOLICY" baseline "$data"/Opteron-13*.json "$data"/FX-8150.json --name old \
	-o "$work/old.json" >"$work/out" 2>&1
"$work/label-node" --record "$data/FX-8150.json" "$work/old.json" >"$work/out" 2>&1 &&
	grep -q '^cpupolicy/pool-old=true$' "$work/out"
result $? 'a pool that it can honour is a label'
"$work/label-node" --record "$data/FX-8150.json" "$data/FX-8150.json" >"$work/out" 2>&1
[ $? -eq 2 ] && grep -q 'is a record' "$work/out"
result $? 'a record is no pool'
echo "1..$number"
