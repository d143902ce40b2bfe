#!/bin/sh
# SPDX-License-Identifier: MIT
#
# What `meson install` leaves behind is all that others need, as TAP.
#
# usage: install.sh MESON BUILD CC...

set -u
export LC_ALL=C

meson=$1 build=$2
shift 2
cc="$*"
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
dest=$work/dest
number=0

check() { # NAME COMMAND...
	name=$1
	shift
	number=$((number + 1))
	if "$@" >"$work/log" 2>&1; then
		echo "ok $number - $name"
	else
		echo "not ok $number - $name"
		sed 's/^/# /' "$work/log"
	fi
}

skip() { # NAME WHY
	number=$((number + 1))
	echo "ok $number - $1 # SKIP $2"
}

installs() {
	"$meson" install -C "$build" --no-rebuild --destdir "$dest"
}
check 'it installs' installs

pc=$(find "$dest" -name libcpupolicy.pc)
libdir=${pc%/pkgconfig/*}
prefix=$(sed -n 's/^prefix=//p' "$pc")
share=$dest$prefix/share
PKG_CONFIG_PATH=$libdir/pkgconfig
PKG_CONFIG_SYSROOT_DIR=$dest
export PKG_CONFIG_PATH PKG_CONFIG_SYSROOT_DIR
LD_LIBRARY_PATH=$libdir
export LD_LIBRARY_PATH
PATH=$dest$prefix/bin:$PATH

# The tool, and what belongs to it
runs() { cd / && cpupolicy --version | grep -q '^cpupolicy 0' && cd "$root"; }
check 'the tool runs' runs
has_pages() {
	for page in "$root"/docs/man/*.1 libcpupolicy.3 cpupolicy-fields.7 \
		cpupolicy-findings.7 cpupolicy-models.7; do
		[ -f "$share/man/man${page##*.}/${page##*/}" ] ||
			echo "${page##*/}"
	done >"$work/missing"
	cat "$work/missing"
	[ ! -s "$work/missing" ]
}
check 'every man page is there' has_pages
has_completions() {
	[ -f "$share/bash-completion/completions/cpupolicy" ] &&
		[ -f "$share/fish/vendor_completions.d/cpupolicy.fish" ] &&
		head -n 1 "$share/zsh/site-functions/_cpupolicy" |
		grep -q '^#compdef'
}
check 'every shell finds its completion' has_completions

# The Python package, where the system's Python looks
imports() {
	folder=$(/usr/bin/python3 "$root/bindings/python/where.py" "$prefix")
	[ -n "$folder" ] && cd / &&
		PYTHONPATH=$dest$folder PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 -c \
			'import cpupolicy; print(cpupolicy.__file__)' >"$work/file" &&
		cd "$root" && grep "^$dest$folder/" "$work/file"
}
case $prefix in
/usr | /usr/local) check 'Python imports its package' imports ;;
*) skip 'Python imports its package' "it does not look below $prefix" ;;
esac

# Headers
compiles_alone() {
	echo "#include <$1>" >"$work/header.c"
	$cc -std=c11 -Wall -Wextra -Wpedantic -Werror -fsyntax-only \
		$(pkg-config --cflags libcpupolicy-host) "$work/header.c"
}
headers() {
	cd "$root/include" && find . -name '*.h' | sed 's,^\./,,' >"$work/headers"
	cd "$root" || return
	[ -s "$work/headers" ] || return
	while read -r header; do
		compiles_alone "$header" || return
	done <"$work/headers"
}
check 'every header compiles by itself' headers
old_and_plus_plus() {
	printf '#include <cpupolicy.h>\n' >"$work/plus.cc"
	c++ -std=c++11 -Wall -Werror -fsyntax-only \
		$(pkg-config --cflags libcpupolicy) "$work/plus.cc"
}
if command -v c++ >"$work/log" 2>&1; then
	check 'C++ takes the headers' old_and_plus_plus
else
	skip 'C++ takes the headers' 'no c++'
fi

# Programs
guest=$root/examples/pool/2-barcelona.json
host=$root/examples/pool/3-budapest.json
newest=$root/examples/pool/5-interlagos.json
decides() {
	"$1" "$guest" "$host" && ! "$1" "$newest" "$host"
}
shared() {
	$cc -o "$work/shared" "$root/examples/may-move.c" \
		$(pkg-config --cflags --libs libcpupolicy-host) &&
		decides "$work/shared"
}
check 'a program finds the shared libraries by pkg-config' shared
says_version() {
	readelf -V "$work/shared" | grep -q 'Name: LIBCPUPOLICY_0\.' &&
		readelf -V "$work/shared" | grep -q 'Name: LIBCPUPOLICY_HOST_0\.'
}
check 'and says which versions of their symbols it needs' says_version
static() {
	$cc -static -o "$work/static" "$root/examples/may-move.c" \
		$(pkg-config --static --cflags --libs libcpupolicy-host) &&
		decides "$work/static" &&
		! readelf -d "$work/static" | grep NEEDED
}
needs_static() {
	for library in jansson expat cpuid; do
		"$@" -print-file-name=lib$library.a | grep -q / || return
	done
}
if needs_static $cc; then
	check 'and the static ones' static
else
	skip 'and the static ones' 'jansson, expat or libcpuid has no archive'
fi
core_alone() {
	cat >"$work/core.c" <<'END'
#include <cpupolicy.h>
int main(void)
{
	struct cpupolicy_policy policy;
	cpupolicy_policy_clear(&policy);
	return cpupolicy_version() == 0 || cpupolicy_policy_vendor(&policy);
}
END
	$cc -o "$work/core" "$work/core.c" \
		$(pkg-config --cflags --libs libcpupolicy) && "$work/core" &&
		! readelf -d "$work/core" | grep 'NEEDED.*host'
}
check 'the core alone needs nothing of the hosted library' core_alone

# The core in another's build
embeds() {
	mkdir "$work/embed" && cp "$root/examples/embed/Makefile" "$work/embed" &&
		make -s -C "$work/embed" CC="$cc" \
			CPUPOLICY="$(pkg-config --variable=coredir libcpupolicy)"
}
needs_nothing() {
	$cc -r -nostdlib -o "$work/core.o" -Wl,--whole-archive \
		"$work/embed/core.a" -Wl,--no-whole-archive &&
		nm -u "$work/core.o" | awk '{ print $2 }' |
		grep -v -x -e memcpy -e memmove -e memset -e memcmp \
			-e _GLOBAL_OFFSET_TABLE_ >"$work/undefined"
	cat "$work/undefined"
	[ -s "$work/core.o" ] && [ ! -s "$work/undefined" ]
}
case $($cc -dumpmachine) in
x86_64*)
	if command -v make >"$work/log" 2>&1; then
		check "core.list is all that a hypervisor's makefile needs" embeds
		check 'and the result calls mem* and nothing else' needs_nothing
	else
		skip "core.list is all that a makefile needs" 'no make'
	fi
	;;
*)
	skip "core.list is all that a makefile needs" 'it builds for x86-64'
	;;
esac

echo "1..$number"
