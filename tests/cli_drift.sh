#!/bin/sh
# SPDX-License-Identifier: MIT
#
# cli_drift.sh - the command line: a machine before and after an update, as TAP.

. "$(dirname "$0")/cli_lib.sh"

# NAME KEY VALUE: a record with one more line of provenance
record() {
	sed "s/^  \"version\": 1,/&\n  \"$2\": \"$3\",/" "$1" |
		awk -v key="\"$2\":" '$1 != key || !seen++'
}

# A Skylake-SP before and after TSX was taken away: HLE and RTM are bits 4 and 11
# of 7.0 EBX, RTM_ALWAYS_ABORT is bit 11 of EDX: with it transactions execute
# and abort, without it nothing is known of them.
record $newer microcode 0x2006a0a >before.json
row=$(grep '"00000007.0 ' before.json | sed 's/.*"\(.*\)".*/\1/')
ebx=$(echo "$row" | cut -d ' ' -f 3)
edx=$(echo "$row" | cut -d ' ' -f 5)
less=$(printf '%08x' $((0x$ebx & ~0x810)))
more=$(printf '%08x' $((0x$edx | 0x800)))
record $newer microcode 0x2006b06 |
	sed "/00000007.0 /s/$ebx/$less/" >after.json
sed "/00000007.0 /s/$edx/$more/" after.json >aborts.json
mkdir vms
"$tool" host before.json --offer >vms/old.json 2>err
"$tool" mask before.json --hide rtm -o vms/plain.json >out 2>err
"$tool" mask before.json --hide rtm,erms -o vms/slow.json >out 2>err

try 'the same machine has not changed' 0 'nothing changed for guests' \
	drift before.json before.json
try 'what was lost is said of both sets' 1 'rtm  *1 -> 0  *1 -> 0' \
	drift before.json after.json
try 'what was honoured only is lost there only' 1 'hle  *as before  *1 -> 0' \
	drift before.json after.json
try 'and the two sets are explained' 1 'ACCEPT what a guest that comes' \
	drift before.json after.json
try 'the evidence is told' 1 'microcode  *0x2006a0a -> 0x2006b06' \
	drift before.json after.json
try 'a known cause is named' 1 'likely .*microcode update switched TSX off' \
	drift before.json aborts.json
try 'who has what only aborts may stay' 1 'rtm  *1 -> 0  *as before' \
	drift before.json aborts.json
try 'and come back' 1 'coming here: fits' drift before.json aborts.json
record aborts.json microcode 0x2006a0a >alike.json
try 'what did not change is no cause' 1 'likely .*tsx=off' \
	drift before.json alike.json
try 'guests that were offered it cannot come back' 1 \
	'coming here: does not fit: rtm' drift before.json after.json
try 'new guests can leave' 1 'hosts that are as it was: fits' \
	drift before.json after.json
try 'and the other way round they cannot' 1 \
	'hosts that are as it was: does not fit: rtm' \
	drift after.json before.json
try 'what came is told' 1 '^gained' drift after.json before.json

# Guests
try 'guests that can no longer come are counted' 1 \
	'1 could come here and can no longer' \
	drift before.json after.json vms
try 'and named with the reason' 1 'old  *fits  *does not fit  *rtm' \
	drift before.json after.json vms
try 'those that feel nothing are counted only' 1 '2 could come here and can$' \
	drift before.json after.json vms
try 'what is gained lets guests come' 1 '1 could not and now can' \
	drift after.json before.json vms
try 'of many some are printed' 1 'and 1 more' \
	drift before.json after.json vms/old.json vms/old.json --first 1
cat vms/old.json vms/plain.json | python3 -c '
import json, sys
text, at, decoder = sys.stdin.read(), 0, json.JSONDecoder()
while text[at:].strip():
    at += len(text[at:]) - len(text[at:].lstrip())
    document, at = decoder.raw_decode(text, at)
    print(json.dumps(document))' >guests.jsonl 2>err
if [ -s guests.jsonl ]; then
	try 'a file with a guest in each line will do' 1 'of 2 guests' \
		drift before.json after.json guests.jsonl
else
	result 0 'a file with a guest in each line will do # SKIP no python3'
fi
try 'the requirements of a guest are a guest' 1 '1 could come here and can$' \
	drift before.json after.json @el9

# Records that leave something out, and policies
grep -v '"00000007.0 ' after.json >short.json
try 'what one record leaves out is apart' 0 'one record leaves it out' \
	drift before.json short.json
! grep -q '^lost' out && grep -q 'nothing is known to have changed' out
result $? 'what was not recorded is not lost, nor what needs it'
try 'policies of two versions of a VMM' 1 'rtm  *1 -> 0  *1 -> 0' \
	drift vms/old.json vms/plain.json
try 'a hint alone is a change, too' 1 'erms' \
	drift vms/plain.json vms/slow.json

# Trouble
try 'another CPU did not drift' 2 'old.json is of one CPU .*of another' \
	drift $old $new
try 'unless it is asked for' 1 'These are two CPUs' \
	drift $old $new --any-cpu
try 'two machines are wanted' 2 'something is missing' drift before.json
try 'a guest that is no policy' 2 'this is a mask' \
	drift before.json after.json mask.json
try 'bad JSON of a guest' 2 'cut.json' drift before.json after.json cut.json
try 'a hypervisor that is none' 2 "no hypervisor 'kvn'" \
	drift before.json after.json --hypervisor kvn
json_of 'drift for programs' drift before.json after.json vms --json
try 'which have the fate of each guest' 1 '"fate": "no-longer"' \
	drift before.json after.json vms --json

finish
