#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Every public header can be the first and only one that is included.
#
# usage: headers.sh INCLUDE COMPILER...
#
# INCLUDE is the folder of the public headers, COMPILER a command with arguments.

set -u
include=$1
shift
failed=0
n=0
cd "$include" || exit 99
for header in *.h */*.h; do
	n=$((n + 1))
	if said=$(echo "#include <$header>" | "$@" -std=c11 -Wall -Wextra \
		-Wpedantic -Wundef -Werror -I. -fsyntax-only -x c - 2>&1); then
		echo "ok $n - $header"
	else
		echo "not ok $n - $header"
		echo "$said" | sed 's/^/# /'
		failed=1
	fi
done
[ $n -gt 0 ] && exit $failed
