# SPDX-License-Identifier: MIT
#
# cli_lib.sh - what the tests of the command line share; each begins with it and
# ends with finish.
#
# $CPUPOLICY is the built tool; records come from tests/data beside this file.
# A sanitizer's complaint fails the test it happens in, whatever was expected.

tool=${CPUPOLICY:?the path of the built tool}
case $tool in */*) tool=$(cd "$(dirname "$tool")" && pwd)/${tool##*/} ;; esac
data=$(cd "$(dirname "$0")" && pwd)/data
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}exitcode=99"
UBSAN_OPTIONS="${UBSAN_OPTIONS:+$UBSAN_OPTIONS:}print_stacktrace=1"
export ASAN_OPTIONS UBSAN_OPTIONS

# Short names, so that no line of the output wraps where it depends on $work.
old=old.json new=new.json intel=intel.json newer=newer.json weak=weak.json
cp "$data/libvirt/Opteron-1352.json" $old
cp "$data/libvirt/FX-8150.json" $new
cp "$data/libvirt/Core-i7-2600.json" $intel
cp "$data/libvirt/Xeon-Gold-6130.json" $newer
cp "$data/bochs/athlon64-venice.json" $weak # it has NX, but not SVM

# A machine whose CPUs are not alike.
cat >uneven.json <<'END'
{ "format": "cpupolicy-record", "version": 1, "name": "uneven",
  "notes": ["leaf 0xb was made up"],
  "cores": [ { "cpus": "0-7", "rows": [
    "00000000.0 00000001 68747541 444d4163 69746e65",
    "00000001.0 00600f12 00000800 00000201 178bfbff" ] },
  { "cpus": "8-9,12", "rows": [
    "00000000.0 00000001 68747541 444d4163 69746e65",
    "00000001.0 00600f12 08000800 00080201 178bfbff" ] } ] }
END

# A record that lacks most, a mask, and a text that was cut short.
cat >part.json <<'END'
{ "format": "cpupolicy-record", "version": 1, "name": "part",
  "cores": [ { "cpus": "0", "rows": [
    "00000000.0 0000000d 756e6547 6c65746e 49656e69",
    "00000001.0 000206a7 00100800 1fbae3ff bfebfbff" ] } ] }
END
cat >mask.json <<'END'
{ "format": "cpupolicy-mask", "version": 1, "hide": ["avx2", "1:ecx[9]"],
  "cap": { "phys_bits": 39 } }
END
printf '{ "format": "cpupolicy-policy", "vers' >cut.json

number=0
failures=0
commands='record show host diff mask check lint matrix baseline fit models drift
convert explain verify levelling'

result() { # STATUS NAME
	number=$((number + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $number - $2"
	else
		failures=$((failures + 1))
		echo "not ok $number - $2"
		sed 's/^/# /' out err
	fi
}

# NAME STATUS PATTERN ARGUMENTS...: the tool exits so and its output (both
# streams) has a line that matches
try() {
	try_name=$1 try_status=$2 try_pattern=$3
	shift 3
	"$tool" "$@" >out 2>err </dev/null
	got=$?
	bad=0
	[ $got -eq "$try_status" ] || { bad=1; echo "# exit status $got"; }
	cat out err | grep -q -e "$try_pattern" || bad=1
	grep -q -e Sanitizer -e 'runtime error' err && bad=1
	result $bad "$try_name"
}

# The same, and FILE must not have come into being, nor anything beside it.
try_nothing_written() {
	rm -rf dir && mkdir dir
	try "$@"
	[ -z "$(ls -A dir)" ]
	result $? "$1: nothing is written"
}

json_of() { # NAME ARGUMENTS...: standard output is one JSON text
	json_name=$1
	shift
	"$tool" "$@" >out 2>err </dev/null
	if ! command -v python3 >python 2>&1; then
		number=$((number + 1))
		echo "ok $number - $json_name # SKIP no python3"
		return
	fi
	python3 -c 'import json, sys; json.load(sys.stdin)' <out 2>>err
	result $? "$json_name"
}

finish() {
	echo "1..$number"
	[ $failures -eq 0 ]
}
