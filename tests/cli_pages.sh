#!/bin/sh
# SPDX-License-Identifier: MIT
#
# cli_pages.sh - the command line: its help and pages, and what it says of bad input, as TAP.

. "$(dirname "$0")/cli_lib.sh"

# The tool itself
try 'no command shows the commands' 2 'baseline'
try 'help is no trouble' 0 'Exit status' --help
try 'the version is said' 0 '^cpupolicy [0-9]' --version
try 'an unknown command is named' 2 "no command 'chekc'" chekc
for command in $commands; do
	try "help of $command has an example" 0 '^Example:' $command --help
	try "$command refuses an unknown option by name" 2 "'--frob'" \
		$command --frob
done
man=$(cd "$data/../../docs/man" && pwd)
for command in $commands; do
	"$tool" $command --help >out 2>err
	sed 's/\\//g' "$man/cpupolicy-$command.1" >page 2>>err
	bad=0
	for option in $(grep -o -e '^  --[a-z]*' -e '^  -o' out); do
		grep -q -e "$option" page || { bad=1; echo "# $option"; }
	done
	grep -q '^.SH EXAMPLES' page || bad=1
	result $bad "the manual page of $command has its options"
done
if [ -c /dev/full ]; then
	"$tool" --help >/dev/full 2>err
	[ $? -eq 2 ]
	result $? 'a full disk is trouble'
else
	result 0 'a full disk is trouble # SKIP no /dev/full here'
fi

# Bad files
: >empty.json
printf '\177ELF\001\000\377\376\033[31m' >binary.json
echo '{ "format": "cpupolicy-policy", "version": 1, "version": 1 }' >twice.json
echo '{ "format": "cpupolicy-policy", "version": 1, "colour": 1 }' >key.json
cat >name.json <<'END'
{ "format": "cpupolicy-policy", "version": 1, "features": ["fpu", "avx22"] }
END
cat >big.json <<'END'
{ "format": "cpupolicy-policy", "version": 1, "numbers": { "phys_bits": 999 } }
END
cat >noleaf0.json <<'END'
{ "format": "cpupolicy-record", "version": 1, "cores": [ { "cpus": "0",
  "rows": [ "00000001.0 000206a7 00100800 1fbae3ff bfebfbff" ] } ] }
END
cat >slot.json <<'END'
{ "format": "cpupolicy-mask", "version": 1, "hide": ["0xb.0:eax[0]"] }
END
try 'an empty file' 2 'empty.json' show empty.json
try 'a file cut short' 2 'cut.json:1' show cut.json
try 'a binary file' 2 'binary.json' show binary.json
! grep -q "$(printf '\033')" err
result $? 'bytes of a file never reach the terminal as they are'
try 'a key twice' 2 'twice.json.*version' show twice.json
try 'an unknown key' 2 'key.json.*colour' show key.json
try 'an unknown feature, with its place and a suggestion' 2 \
	"name.json: /features/1: unknown feature 'avx22', did you mean 'avx2'" \
	show name.json
try 'a number out of range' 2 'big.json.*phys_bits' show big.json
try 'a record without leaf 0' 2 'noleaf0.json' show noleaf0.json
try_nothing_written 'a mask that names a leaf without a place' 2 'slot.json' \
	mask $new --with slot.json -o dir/masked.json
try 'a file that is not there' 2 'gone.json' show gone.json
mkdir pool && cp $old pool/ && ln -s nowhere pool/vanished.json
try_nothing_written 'a file that vanishes from a folder' 2 'vanished.json' \
	baseline pool -o dir/pool.json
try 'standard input twice' 2 'only once\|standard input' check - -
"$tool" show - <$new >out 2>err
result $? 'standard input once'

# Every format has its place in the documentation
formats=$("$tool" convert --list --json | sed -n 's/.*"name": "\(.*\)",$/\1/p')
page=$man/../formats.md
bad=0
for format in $formats; do
	grep -q "^| \[\`$format\`\]" "$page" || { bad=1; echo "# $format"; }
	[ $format = json ] || grep -q "^## $format\$" "$page" ||
		{ bad=1; echo "# section $format"; }
done
[ -n "$formats" ] || bad=1
result $bad 'every format is documented'
"$tool" convert --list | sed -n 's/^  \([a-z-]*\) .* untested .*/\1/p' >out
sed -n 's/^| \[`\([a-z-]*\)`\].*\*\*untested against the tool\*\*.*/\1/p' "$page" >err
cmp -s out err
result $? 'and those that are untested are called so'

# Output that cannot be written
echo keep >kept
try 'a folder that is not there' 2 'nowhere/pool.json' \
	baseline $old -o nowhere/pool.json
mkdir empty
try 'a folder in place of the file' 2 'empty' baseline $old -o empty
try_nothing_written 'bad input with an output file' 2 'cut.json' \
	baseline $old cut.json -o dir/pool.json
"$tool" mask cut.json -o kept >out 2>err
grep -q '^keep$' kept
result $? 'a file that was there stays as it was'

# Text from dumps is escaped
cat >evil.json <<'END'
{ "format": "cpupolicy-record", "version": 1, "name": "\u001b]0;x\u0007",
  "kernel": "\u001b[2J", "notes": ["\u009b31m"],
  "cores": [ { "cpus": "0", "rows": [
    "00000000.0 00000001 756e6547 6c65746e 49656e69",
    "00000001.0 000206a7 00100800 1fbae3ff bfebfbff",
    "80000000.0 80000004 00000000 00000000 00000000",
    "80000002.0 6d305b1b 1b1b1b1b 0a0d0a0d 07070707" ] } ] }
END
try 'a record with escape sequences is shown' 0 'GenuineIntel' show evil.json
! grep -q "$(printf '[\033\007]')" out
result $? 'without them'
cp evil.json "$(printf 'esc\033[1mname.json')"
try 'nor do file names carry them' 0 'x1b' show esc*name.json
json_of 'a record with escape sequences for programs' show evil.json --json

finish
