#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Look at the core as a hypervisor would compile it.
#
# usage: freestanding.sh ARCHIVE FRAME
#
# ARCHIVE was compiled with -fstack-usage; the .su files lie beside its objects,
# in ARCHIVE.p. FRAME is how many bytes a stack frame may have. Prints one "ok"
# or "not ok" line per promise; exits 1 if one is broken.

set -u
export LC_ALL=C

archive=$1
frame=$2
failed=0
n=0

# report NAME OFFENDERS: nobody may be named
report()
{
	n=$((n + 1))
	if [ -z "$2" ]; then
		echo "ok $n - $1"
		return
	fi
	echo "not ok $n - $1"
	echo "$2" | head -n 20 | sed 's/^/# /'
	failed=1
}

# Every tool must have worked, or silence would pass for innocence.
die()
{
	echo "not ok - $archive: $1"
	exit 1
}

undefined=$(nm -u "$archive") || die "nm cannot read it"
defined=$(nm --defined-only "$archive") || die "nm cannot read it"
sections=$(objdump -h "$archive") || die "objdump cannot read its sections"
code=$(objdump -d --no-show-raw-insn "$archive") ||
	die "objdump cannot disassemble it"
frames=$(cat "$archive".p/*.su) || die "no .su files beside its objects"
case $defined in
*cpupolicy_check*) ;;
*) die "defines no cpupolicy_check: not the core" ;;
esac

report "needs nothing but memcpy, memmove, memset, memcmp" "$(
	{
		echo "$defined" | awk 'NF == 3 { print "D", $3 }'
		echo "$undefined" | awk 'NF == 2 { print "U", $2 }'
	} | awk '$1 == "D" { defined[$2] = 1 }
		$1 == "U" && !($2 in defined) &&
			$2 !~ /^mem(cpy|move|set|cmp)$/ { print $2 }' |
		sort -u
)"

# Columns of objdump -h: index, name, size.
report "has no writable data" "$(
	echo "$sections" | awk '
	/file format/ { object = $1 }
	$1 ~ /^[0-9]+$/ && $2 ~ /^\.(data|bss|tdata|tbss)/ && $3 !~ /^0+$/ {
		print object, $2, $3
	}'
	echo "$defined" | awk '$2 == "C" { print "common:", $3 }'
)"

report "uses no x87, MMX, SSE or AVX register" "$(
	echo "$code" | awk '
	/^[0-9a-f]+ <.*>:$/ { fn = $2 }
	/%([xyz]?mm[0-9]|st|k[0-7])/ { print fn, $0 }'
)"

# One for the paravirtual leaves: how long it takes must not tell what is there.
report "looks up without loops, calls and all branches but one" "$(
	echo "$code" | awk '
	/^[0-9a-f]+ <.*>:$/ { fn = $2 }
	fn == "<cpupolicy_lookup>:" && $2 ~ /^(j|call|loop|rep|div)/ &&
		!($2 == "jmp" && $3 !~ /\*/) {
		all = all "\n" $0
		n += $2 ~ /^j/ && $3 !~ /\*/ ? 1 : 2
	}
	END { if (n > 1) print substr(all, 2) }'
)"

report "keeps every stack frame within $frame bytes" "$(
	echo "$frames" | awk -F '\t' -v max="$frame" '
	$2 > max || $3 !~ /static|bounded/'
)"

exit $failed
