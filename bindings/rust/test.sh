#!/bin/sh
# SPDX-License-Identifier: MIT
#
# test.sh - build and test the Rust crates and their example, as TAP.
#
# usage: test.sh CARGO WORK
#
# CARGO is the tool, its rustc stands beside it; WORK is a folder to build in.
# Where the library is, is told by PKG_CONFIG_PATH and LD_LIBRARY_PATH.

cargo=$1
work=$2
RUSTC=$(dirname "$cargo")/rustc RUSTDOC=$(dirname "$cargo")/rustdoc
export RUSTC RUSTDOC CARGO_TARGET_DIR="$work/target" CARGO_HOME="$work/home" CARGO_NET_OFFLINE=true
export RUSTFLAGS='-D warnings'
unset RUSTUP_TOOLCHAIN
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

# The lock file would be written beside the sources: they stay as they are.
rm -rf "$work/src" && cp -r . "$work/src" && cd "$work/src" || exit 1

"$cargo" build --package cpupolicy >"$work/out" 2>&1
result $? 'without records it needs no std'
"$cargo" test --package cpupolicy --test models >"$work/out" 2>&1
result $? 'models, profiles and levelling need the core alone'
"$cargo" test --package cpupolicy-sys >"$work/out" 2>&1
result $? 'structures of the core are as C lays them out'
"$cargo" test --package cpupolicy-sys --features host >"$work/out" 2>&1
result $? 'structures of the hosted library are, too'

"$cargo" test --package cpupolicy --features host --no-fail-fast >"$work/tests" 2>&1
status=$?
grep -v '^ok \|^test .* \.\.\. ok$' "$work/tests" >"$work/out"
sed -n 's/^test \(.*\) \.\.\. \(ok\|FAILED\)$/\2 \1/p
	s/^ok [0-9]* - /ok /p
	s/^not ok [0-9]* - /FAILED /p' "$work/tests" >"$work/list"
while read -r word name; do
	[ "$word" = ok ]
	result $? "$name"
done <"$work/list"
[ $status -eq 0 ] && [ "$(wc -l <"$work/list")" -gt 100 ]
result $? 'all tests ran'

prepare() { "$cargo" run --quiet --features host --package cpupolicy --example prepare-vcpu -- "$@"; }
data=${CPUPOLICY_SOURCE_ROOT:?}/tests/data/libvirt
prepare "$data/FX-8150.json" 4 3 >"$work/out" 2>&1 &&
	grep -q '^00000001  0 0 00600f12 03' "$work/out"
result $? 'CPUID of a virtual CPU is prepared'
prepare "$data/FX-8150.json" 4 4 >"$work/out" 2>&1
[ $? -eq 2 ] && grep -q '^prepare-vcpu: ' "$work/out"
result $? 'one that is not in the machine is refused'
prepare /nonexistent 4 0 >"$work/out" 2>&1
[ $? -eq 2 ] && grep -q '/nonexistent' "$work/out"
result $? 'a file that cannot be read is told'
echo "1..$number"
