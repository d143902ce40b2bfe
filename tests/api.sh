#!/bin/sh
# SPDX-License-Identifier: MIT
#
# api.sh - the reference of the functions builds without a warning, as TAP.

set -u
export LC_ALL=C

root=$(cd "$(dirname "$0")/.." && pwd)
if ! command -v doxygen >/dev/null; then
	echo '1..0 # SKIP no doxygen'
	exit 0
fi
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
number=0

# result STATUS NAME
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

"$root/scripts/api-reference" "$work/api" >"$work/out" 2>&1
status=$?
[ $status = 0 ] && [ ! -s "$work/out" ]
result $? 'it builds without a warning'
cat "$work"/api/*.html >"$work/all"
awk '/^CPUPOLICY_API/ { on = 1 }
	on { printf "%s ", $0 }
	/;/ && on { print ""; on = 0 }' \
	"$root"/include/*.h "$root"/include/cpupolicy/*.h |
	sed -n 's/[^(]*[ *]\(cpupolicy_[a-z0-9_]*\)(.*/\1/p' |
	sort -u >"$work/functions"
while read -r name; do
	grep -q "memtitle.*>$name()</h2>" "$work/all" || echo "$name"
done <"$work/functions" >"$work/out"
[ -s "$work/functions" ] && [ ! -s "$work/out" ]
result $? 'every function has its entry'
while IFS='(,)' read -r _ code name; do
	name=${name# }
	grep -q "CPUPOLICY_F_$name.*F0*$code: " "$work/all" || echo "$name"
done >"$work/out" <<END_OF_FINDINGS
$(grep '^CPUPOLICY_FINDING(' "$root/include/cpupolicy/findings.inc")
END_OF_FINDINGS
[ ! -s "$work/out" ]
result $? 'every finding says what it means'

# mutant NAME FILE SED-COMMAND: it is an error, in this line of this header
mutant()
{
	rm -rf "$work/tree" && mkdir -p "$work/tree/docs" "$work/tree/scripts"
	cp -R "$root/include" "$root/tables" "$root/meson.build" "$work/tree"
	cp -R "$root/docs/api" "$work/tree/docs"
	cp "$root/scripts/api-reference" "$work/tree/scripts"
	sed "$3" "$root/$2" >"$work/tree/$2"
	! "$work/tree/scripts/api-reference" "$work/broken" \
		>"$work/out" 2>&1 && grep -q "$2:[0-9]*: " "$work/out"
	result $? "$1"
}
mutant 'a function without a comment is noticed' include/cpupolicy/check.h \
	'/^\/\*\* cpupolicy_verdict_text/d'
mutant 'an argument that is not there is noticed' include/cpupolicy/check.h \
	's/^ \* @guest: the policy/ * @gast: the policy/'

echo "1..$number"
