#!/bin/sh
# SPDX-License-Identifier: MIT
#
# cli_many.sh - the command line: conversion, streams and fleets, as TAP.

. "$(dirname "$0")/cli_lib.sh"

# The pool of two of the records
"$tool" baseline $old $new -o pool.json --name pool-a >out 2>err

# Many documents in one file
one_line() { tr -d '\n' <"$1" && echo; }
{ one_line $old && echo && one_line $new; } >fleet.jsonl
{ one_line $old && echo '{ "format": 1 }' && one_line $new; } >badline.jsonl
{ cat fleet.jsonl && echo 'CPU 0:'; } >badtext.jsonl
try 'a file with a document in each line is shown line by line' 0 \
	'^Opteron-1352 .*' show fleet.jsonl
grep -q '^FX-8150 ' out
result $? 'all of its lines'
"$tool" show - <fleet.jsonl >piped 2>err
cmp -s piped out
result $? 'standard input says the same'
sed 's/$/\r/' fleet.jsonl >windows.jsonl
printf '\357\273\277\n' >marked.jsonl
cat fleet.jsonl >>marked.jsonl
printf '%s' "$(cat fleet.jsonl)" >unended.jsonl
for file in windows marked unended; do
	"$tool" show $file.jsonl >out 2>err
	cmp -s piped out
	result $? "the same lines in $file.jsonl"
done
try 'a bad line is named by its number' 2 'badline.jsonl:2: /format: ' \
	show badline.jsonl
[ ! -s out ]
result $? 'and nothing is shown of the others'
try 'a line of something else, too' 2 'badtext.jsonl:4:1: expected a JSON' \
	show badtext.jsonl
several='fleet.jsonl:3: there are more documents than one'
try 'host wants a single document' 2 "$several" host fleet.jsonl --offer
try 'mask wants a single document' 2 "$several" mask fleet.jsonl --hide avx
try 'diff wants a single document' 2 "$several" diff $new fleet.jsonl
try 'matrix takes them all' 0 'of 2 moves fit' matrix fleet.jsonl
try 'so does baseline' 0 'pool: 2 hosts of 2 kinds' baseline fleet.jsonl
try 'with other files' 0 'pool: 3 hosts of 3 kinds' \
	baseline fleet.jsonl "$data/libvirt/Phenom-B95.json"
mkdir mixed && cp $old mixed/b.json && cp fleet.jsonl mixed/a.jsonl
try 'in a folder, too' 0 'pool: 3 hosts of 2 kinds' baseline mixed

# Many hosts of few kinds
for nr in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 \
	26 27 28 29 30 31; do
	sed "s/\"name\": *\"/&n$nr-/" fleet.jsonl
done >many.jsonl
try 'a kind has the number of its class' 0 'class [0-9a-f]\{16\}$' \
	baseline many.jsonl
try 'all hosts are counted' 0 'pool: 62 hosts of 2 kinds' baseline many.jsonl
try 'hosts that no table holds are told by kind' 0 \
	'^[0-9a-f]\{16\} *31 ' matrix many.jsonl
try 'and all their moves counted' 0 'of 3782 moves fit' matrix many.jsonl
"$tool" baseline many.jsonl -o many.json --name x >out 2>err &&
	"$tool" baseline fleet.jsonl -o few.json --name x >out 2>err
cmp -s many.json few.json
result $? 'copies change no baseline'
# what is like a record that was read before is refused like any other
sentence='s/^cpupolicy: [a-z]*[.]jsonl\(:[0-9][0-9]*\)\{0,1\}//'
while read -r why change; do
	sed -n 1p fleet.jsonl | sed "$change" >twisted.jsonl
	cat fleet.jsonl twisted.jsonl >after.jsonl
	"$tool" baseline twisted.jsonl 2>&1 >out | sed "$sentence" >alone
	"$tool" baseline after.jsonl 2>&1 >out | sed "$sentence" >err
	[ -s err ] && [ ! -s out ] && cmp -s alone err
	result $? "after others, a record is refused: $why"
done <<'END'
version s/"version": *1/"version":2/
format s/cpupolicy-record/cpupolicy-recorb/
twice s/"version": *1/"version":1,"version":1/
unknown s/"version": *1/"version":1,"colour":1/
comma s/"version": *1,/"version":1/
END

# check of many
mkdir three && cp $old $new "$data/libvirt/Phenom-B95.json" three/
try 'all guests of a folder against all hosts of a file' 1 \
	'^[0-9]* of 6 pairs fit: 3 guests of 3 classes on 2 hosts of 2 classes' \
	check three fleet.jsonl
fit=0 lack=0
for guest in three/*; do
	for host in three/*; do
		"$tool" check "$guest" "$host" >out 2>err && fit=$((fit + 1))
		grep -q '^  block *F001' out && lack=$((lack + 1))
	done
done
try 'as many fit as pair by pair' 1 "^$fit of 9 pairs fit" check three three
grep -q "block *F001 *feature-missing *$lack  .*ssse3 (" out
result $? 'with the reasons, counted'
try 'where all fit that is a yes' 0 '^2 of 2 pairs fit' check pool.json fleet.jsonl
try 'what is allowed fits' 0 '^9 of 9 pairs fit' \
	check three three --allow F001,F004,security
try 'a level takes the vendor of each host' 1 '1 guest of 1 class on 3 hosts' \
	check @x86-64-v2 three
grep -q 'F006' out
[ $? -eq 1 ]
result $? 'and is not refused for it'
mkdir parts && cp part.json $intel parts/
try 'guests that were recorded in part are counted' 0 \
	'1 of them, though not everything was recorded' \
	check parts $newer --allow security
try 'and refused where they must not be' 1 '1 refused' \
	check parts $newer --allow security --strict
try 'by way of standard input' 2 'only once' check - -
"$tool" check - three <fleet.jsonl >out 2>err
grep -q 'of 6 pairs fit' out
result $? 'standard input holds many, too'
try 'a bad line among them' 2 'badline.jsonl:2: /format' \
	check three badline.jsonl
json_of 'for programs too' check three three --json

# convert
try 'the formats are listed' 0 'cpuid-r *read, written' convert --list
try 'with the one of fleets' 0 'json-lines *read, written' convert --list
try 'with the one of hypervisors' 0 'c *written' convert --list
try 'a policy as C source' 0 'extern const unsigned char _x86_64_v2' \
	convert @x86-64-v2 --to c
try_nothing_written 'a record is no policy' 2 'a record; C source holds a policy' \
	convert $old --to c -o dir/policy.c
try 'and in the help' 0 'cpuid-r *read, written' convert --help
json_of 'the formats for programs' convert --list --json
"$tool" convert $new --to cpuid-r -o new.txt >out 2>err
result $? 'a record becomes text'
try 'that says the same' 0 'no field differs' diff $new new.txt
try 'a policy becomes the rows of its guest' 0 '0x00000007 0x00: eax' \
	convert pool.json --to cpuid-r
try 'and stays a policy where it can' 0 '"format": "cpupolicy-policy"' \
	convert pool.json --to json
try 'a model becomes a policy' 0 '"name": "@x86-64-v2"' \
	convert @x86-64-v2 --to json
"$tool" convert - --to json <$new >same.json 2>err
cmp -s same.json $new
result $? 'what is written already is written again'
"$tool" convert $old $new --to json-lines >out 2>err
"$tool" convert fleet.jsonl --to json-lines -o again.jsonl 2>>err
cmp -s out again.jsonl
result $? 'lines of files are the lines of lines'
[ "$(wc -l <again.jsonl)" -eq 2 ]
result $? 'one for each'
sed -n 2p again.jsonl >second.json
try 'and one line is a document' 0 'no field differs' diff second.json $new
"$tool" convert pool.json $new --to json-lines >mixed.jsonl 2>err
try 'policies and records go together' 0 '^pool-a ' show mixed.jsonl
cat >msr.json <<'END'
{ "format": "cpupolicy-record", "version": 1, "name": "m", "notes": ["a"],
  "cores": [ { "cpus": "0", "msrs": ["10a 0"], "rows": [
    "00000000.0 00000000 756e6547 6c65746e 49656e69" ] } ] }
END
try 'what a format cannot hold is said' 0 'msr.json: .*1 feature MSRs' \
	convert msr.json --to cpuid-r
grep -q 'msr.json: 1 note' err
result $? 'notes are among it'
json_of 'and for programs' convert msr.json --to cpuid-r -o msr.txt --json
grep -q 'feature MSRs' out
result $? 'all of it'
cat >chip.def <<'END'
# made by hand
00000000 ******** => 00000001 756e6547 6c65746e 49656e69
00000001 ******** => 000206a7 00100800 1fbae3ff bfebfbff
END
try 'a reader that never met its tool says so' 0 \
	'chip.def: .*untested against the tool' convert chip.def --to json
"$tool" convert chip.def chip.def --to json-lines >out 2>err
[ "$(grep -c untested err)" -eq 1 ]
result $? 'once, however many files there are'
try_nothing_written 'a level that nothing has a name for' 2 'no EVC mode' \
	convert @k8 --to evc -o dir/k8.vmx
try 'a format that is only read' 2 "only read; expected .*cpuid-r" \
	convert $new --to aida
try 'an unknown format, with those there are' 2 'no such format.*json-lines' \
	convert $new --to word
try 'no format at all' 2 'to which format' convert $new
try 'nothing to convert' 2 'usage' convert --to json
try 'a mask is neither' 2 'is a mask' convert mask.json --to json
try_nothing_written 'several into one' 2 'json-lines holds any number' \
	convert $old $new --to json -o dir/both.json
try_nothing_written 'lines into one' 2 'json-lines holds any number' \
	convert fleet.jsonl --to json -o dir/both.json
try_nothing_written 'a bad line among good ones' 2 'badline.jsonl:2' \
	convert $old badline.jsonl --to json-lines -o dir/fleet.jsonl
try_nothing_written 'a bad file behind good ones' 2 'cut.json:1' \
	convert $old $new cut.json --to json-lines -o dir/fleet.jsonl
"$tool" convert $old badline.jsonl --to json-lines >out 2>err
[ $? -eq 2 ] && [ ! -s out ]
result $? 'nor is anything printed'
try 'a place that is not there' 2 'nowhere/x.json' \
	convert $old --to json -o nowhere/x.json

# Somebody who waits at a terminal is told how far it is
cat >wait.py <<'END'
import os, pty, subprocess, sys, time
tool, line = sys.argv[1], open(sys.argv[2]).read()
seen, end = pty.openpty()
child = subprocess.Popen([tool, "show", "-"], stdin=subprocess.PIPE,
                         stdout=subprocess.DEVNULL, stderr=end)
os.close(end)
several = (line * (80000 // len(line) + 1)).encode()
child.stdin.write(several)
child.stdin.flush()
if sys.argv[3:]:
    time.sleep(1.3)
child.stdin.write(several)
child.stdin.close()
told = b""
try:
    while data := os.read(seen, 1000):
        told += data
except OSError:
    pass
print(repr(told))
sys.exit(child.wait())
END
if python3 -c 'import pty; pty.openpty()' >python 2>&1; then
	python3 wait.py "$tool" fleet.jsonl >out 2>err
	result $? 'at a terminal it works as well'
	grep -q "^b''$" out
	result $? 'what is done soon is not told'
	python3 wait.py "$tool" fleet.jsonl slowly >out 2>err
	grep -q "^b'.rrecords read: [0-9]" out && grep -q " .r'$" out
	result $? 'what takes longer is, and is gone at the end'
else
	number=$((number + 1))
	echo "ok $number - at a terminal # SKIP no python3, or no terminals: $(tail -n 1 python)"
fi

finish
