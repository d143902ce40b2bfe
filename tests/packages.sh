#!/bin/sh
# SPDX-License-Identifier: MIT
#
# packages.sh - the Debian packages build, lintian has nothing to say, and what
# is in them works, as TAP.
#
# usage: packages.sh WORK

set -u
export LC_ALL=C.UTF-8
PATH=/usr/sbin:/usr/bin:/sbin:/bin
unset PYTHONPATH PKG_CONFIG_PATH LD_LIBRARY_PATH CPUPOLICY_LIBRARY

root=$(cd "$(dirname "$0")/.." && pwd)
work=$1
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
		tail -n 40 "$log" | sed 's/^/# /'
	fi
}

for tool in dpkg-buildpackage dh dh_python3 lintian; do
	if ! command -v $tool >"$log"; then
		echo "1..0 # SKIP no $tool"
		exit 0
	fi
done
if ! (cd "$root" && dpkg-checkbuilddeps -Pnocheck) 2>"$log"; then
	echo "1..0 # SKIP $(head -n 1 "$log")"
	exit 0
fi

check 'the packages build' "$root/scripts/deb" "$work"
packages='libcpupolicy0 libcpupolicy-host0 libcpupolicy-dev cpupolicy python3-cpupolicy'
unpacked() {
	for package in $packages; do
		dpkg-deb -x "$work/$package"_*.deb "$work/root" || return
	done
}
check 'there are five, and they unpack' unpacked

# No bug of Debian's asks for these packages, so that no first upload closes one.
silent() {
	lintian --allow-root --fail-on error,warning \
		--suppress-tags initial-upload-closes-no-bugs \
		"$work"/*.changes >"$work/lintian" 2>&1
	status=$?
	cat "$work/lintian"
	[ $status = 0 ] && [ ! -s "$work/lintian" ]
}
check 'lintian has nothing to say' silent

# As they are installed, but below $work/root
usr=$work/root/usr
lib=$(dirname "$usr"/lib/*/libcpupolicy.so.0)
export LD_LIBRARY_PATH="$lib"
guest=$root/examples/pool/2-barcelona.json
host=$root/examples/pool/3-budapest.json
newest=$root/examples/pool/5-interlagos.json
tool() {
	cd / && "$usr/bin/cpupolicy" --version &&
		"$usr/bin/cpupolicy" check "$guest" "$host" | grep -q 'fits' &&
		! "$usr/bin/cpupolicy" check "$newest" "$guest"
}
check 'the tool answers' tool
python() {
	cd / && PYTHONPATH="$usr/lib/python3/dist-packages" \
		PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 -c '
import sys, cpupolicy
assert cpupolicy.__file__.startswith(sys.argv[1]), cpupolicy.__file__
old, host, new = map(cpupolicy.read, sys.argv[2:])
assert old.offer() <= host.accept() and "sse2" in old.offer()
assert not new.offer() <= old.accept()
' "$usr" "$guest" "$host" "$newest"
}
check 'Python imports the library and compares' python
program() {
	export PKG_CONFIG_SYSROOT_DIR="$work/root" \
		PKG_CONFIG_PATH="$lib/pkgconfig"
	gcc -o "$work/may-move" \
		"$usr/share/doc/libcpupolicy-dev/examples/may-move.c" \
		$(pkg-config --cflags --libs libcpupolicy-host) &&
		"$work/may-move" "$guest" "$host"
}
check 'a program is built with the headers' program
embed() {
	make -s -C "$work" -f "$usr/share/doc/libcpupolicy-dev/examples/embed/Makefile" \
		CPUPOLICY="$usr/share/libcpupolicy" INCLUDE="-I$usr/include" &&
		[ -s "$work/core.a" ]
}
check 'and so is the core of a hypervisor' embed

manuals() {
	find "$usr/share/man" -type f | sed 's,.*/,,; s,\.gz$,,' | sort >"$work/there"
	for page in "$root"/docs/man/*.1 cpupolicy-fields.7 \
		cpupolicy-findings.7 cpupolicy-models.7 libcpupolicy.3; do
		grep -q -x "${page##*/}" "$work/there" || echo "${page##*/}"
	done >"$work/missing"
	cat "$work/missing"
	[ ! -s "$work/missing" ] &&
		zcat "$usr/share/man/man7/cpupolicy-fields.7.gz" |
		grep -q avx2
}
check 'manual pages are there' manuals
completions() {
	ls "$usr/share/bash-completion/completions/cpupolicy" \
		"$usr/share/fish/vendor_completions.d/cpupolicy.fish" \
		"$usr/share/zsh/vendor-completions/_cpupolicy"
}
check "every shell's completion is where Debian has it" completions

# depends PACKAGE PATTERN
depends() {
	dpkg-deb -f "$work/$1"_*.deb Depends | tee "$log.depends" | grep -q "$2"
}
needs() {
	depends cpupolicy 'libcpupolicy-host0 (>= 0' &&
		depends cpupolicy 'libcpupolicy0 (>= 0' &&
		depends libcpupolicy-host0 'libcpupolicy0 (>= 0' &&
		depends python3-cpupolicy 'libcpupolicy-host0 (>= 0' &&
		depends libcpupolicy-dev 'libcpupolicy0 (= 0'
	status=$?
	cat "$log.depends"
	return $status
}
check 'packages need the libraries that they were built with' needs

version=$(sed -n "s/^ *version: '\(.*\)',/\1/p" "$root/meson.build")
versions() {
	sed -n 1p "$root/debian/changelog"
	grep -q "^libcpupolicy ($version-[0-9]*)" "$root/debian/changelog"
}
check 'they have the version of the libraries' versions

echo "1..$number"
