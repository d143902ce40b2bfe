#!/bin/sh
# SPDX-License-Identifier: MIT
#
# dist.sh - what `meson dist` packs up builds and passes its tests, as TAP.
#
# usage: dist.sh MESON BUILD WORK
#
# The archive holds the last commit: what is not committed is not in it.

set -u
export LC_ALL=C.UTF-8

meson=$1 build=$2 work=$3
root=$(cd "$(dirname "$0")/.." && pwd)
if ! git -C "$root" rev-parse --show-prefix >/dev/null 2>&1; then
	echo '1..0 # SKIP this is no checkout of git'
	exit 0
fi
rm -rf "$work" && mkdir -p "$work" || exit 99
log=$work/log
number=0

check() { # NAME COMMAND...
	name=$1
	shift
	number=$((number + 1))
	if "$@" >"$log" 2>&1; then
		echo "ok $number - $name"
	else
		echo "not ok $number - $name"
		tail -n 60 "$log" | sed 's/^/# /'
	fi
}

version=$(sed -n "s/^ *version: '\(.*\)',/\1/p" "$root/meson.build")
archive=$build/meson-dist/libcpupolicy-$version.tar.xz
packed() {
	rm -f "$archive"
	"$meson" dist -C "$build" --no-tests --allow-dirty && [ -s "$archive" ]
}
check 'a release is packed up' packed
unpacked() { tar -xf "$archive" -C "$work"; }
check 'it unpacks' unpacked
tree=$work/libcpupolicy-$version
complete() {
	for part in README.md LICENSE CHANGELOG.md include src vendors tables \
		tests bindings debian completions docs examples scripts; do
		[ -e "$tree/$part" ] || echo "$part"
	done >"$work/missing"
	cat "$work/missing"
	[ ! -s "$work/missing" ]
}
check 'nothing is left out' complete
compiles() {
	"$meson" setup "$work/build" "$tree" && ninja -C "$work/build"
}
check 'it compiles' compiles
passes() {
	"$meson" test -C "$work/build" --no-rebuild --no-suite slow \
		--suite unit --suite cases --suite laws --suite formats \
		--suite docs --suite bindings
}
check 'it passes its tests' passes
echo "1..$number"
