#!/bin/sh
# SPDX-License-Identifier: MIT
#
# cli.sh - the command line over good and bad input, as TAP.
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
number=0
commands='record show host diff mask check lint matrix baseline convert explain'

result() { # STATUS NAME
	number=$((number + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $number - $2"
	else
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

# Verdicts and exit statuses
try 'an old guest fits a newer host' 0 '^fits' check $old $old
try 'a new guest does not fit an old host' 1 '^does not fit' \
	check $new $old
try 'the verdict names both sets' 1 'offer set, hypervisor kvm assumed' \
	check $new $old
try 'a finding has address, name and values' 1 \
	'block *F001 *1:ecx\[9\] ssse3 *1 *0 ' check $new $old
try 'the worst five are shown and the rest counted' 1 'and [0-9]* more' \
	check $new $old --first 5
try 'a named hypervisor is not called assumed' 1 'hypervisor xen)' \
	check $new $old --hypervisor xen
try 'an unknown hypervisor is named' 2 "'qemu'" \
	check $new $old --hypervisor qemu
try 'makers do not mix' 1 'F006' check $intel $new
try 'a code can be allowed' 0 'allowed' \
	check $new $old --allow F001,F004,security
try 'the grade block cannot' 2 'cannot be allowed' \
	check $new $old --allow block
try 'what is neither grade nor code is refused' 2 "F999" \
	check $new $old --allow F999
try 'a model takes the vendor of the other side' 0 \
	'vendor taken from the host' check @x86-64-v2 $new
try 'a level that is not reached is a no' 1 'avx2' check @x86-64-v3 $old
try 'an unknown model is named, and those there are' 2 '@x86-64-v2' \
	show @x86-64-v9
try 'one argument is not enough for a check' 2 'usage' check $old
try 'three are too many' 2 'too many' check $old $old $old

# Records that lack what counts
cat >part.json <<'END'
{ "format": "cpupolicy-record", "version": 1, "name": "part",
  "cores": [ { "cpus": "0", "rows": [
    "00000000.0 0000000d 756e6547 6c65746e 49656e69",
    "00000001.0 000206a7 00100800 1fbae3ff bfebfbff" ] } ] }
END
try 'what was not recorded is said' 0 'F020 .*not recorded' \
	check part.json $newer --allow security
try 'and refused where it must not be' 1 '^refused' \
	check part.json $newer --allow security --strict

# A list of flags leaves something of nearly every register unsaid
printf '%s\t: %s\n' processor 0 vendor_id GenuineIntel 'cpu family' 6 model 42 \
	stepping 7 'cpuid level' 13 flags 'fpu tsc msr pae cx8 cmov mmx fxsr sse sse2' \
	>cpuinfo
try 'names leave much unsaid, in one row' 0 \
	'F020 *[0-9]* places *not recorded: 1:ebx, 1:ecx,' \
	check cpuinfo $newer --allow security
try 'show says it in one note' 0 '7.0, a, .*1:ebx, 1:ecx, 1:edx: ' show cpuinfo
try 'and strict refuses it' 1 '^refused' \
	check cpuinfo $newer --allow security --strict

# show, diff, explain
try 'show has features by name' 0 'sse4_1' show $new
try 'show names the ABI level' 0 'x86-64-v2' show $new
try 'show says what was dropped, and why' 0 'svm\|osvw\|F04[0-9]' \
	show $new --dropped
try 'a folder is one line each' 0 '^FX-8150 ' show "$data/libvirt"
try 'what is the same does not differ' 0 'no field differs' diff $new $new
try 'what differs does' 1 'ssse3' diff $new $old
try 'a field is explained' 0 'needed by' explain avx
try 'so is an address' 0 'avx2' explain '7.0:ebx[5]'
try 'and a bit without a name' 0 'without a name' explain '1:ecx[16]'
try 'a finding is explained' 0 'meaning' explain F001
try 'the hide list of a mode is literal' 0 '3dnow 3dnowext' explain hyperv-r2
try 'a model is explained' 0 'ssse3' explain @x86-64-v2
try 'a misspelt name gets a suggestion' 2 "did you mean 'avx2'" explain avx22
try 'all names can be listed' 0 'avx512f' explain --list

# lint
"$tool" host $newer --offer -o pool.json 2>err
cp "$data/own/one-cpu.txt" vm.txt
try 'a host set has nothing to complain of' 0 '^nothing found' lint pool.json
sed 's/"avx", //; s/^ *"avx",$//' pool.json >noavx.json
try 'lint names the rule and its exit status is 1' 1 \
	'block .* avx2 .* avx_alone' lint noavx.json
try 'and says who breaks' 1 'NumPy' lint noavx.json
try 'a code can be allowed' 0 'block, allowed' lint noavx.json --allow F080
try 'a grade block cannot' 2 'cannot be' lint noavx.json --allow block
try 'a record is taken as it is' 0 'as it is' lint vm.txt
try 'or as a host set' 0 'accept set' lint $newer --accept
try 'but not as both' 2 'either' lint $newer --accept --offer
try 'several are told one after the other' 1 'noavx.json' lint pool.json \
	noavx.json
try 'a file that is not there is trouble' 2 'no-such' lint no-such.json

# host
try 'a host set is a policy' 0 '"cpupolicy-policy"' host $new --offer
try 'which set must be said' 2 'either --offer' host $new
"$tool" host $new --accept -o set.json 2>err
try 'a host set is not made of a policy' 2 'policy already' \
	host set.json --accept
try 'a policy serves as a host, literally' 0 '(policy)' check $new set.json

# mask
try 'a mode hides and says what' 0 'hidden .*ssse3' \
	mask $new --mode hyperv-r2
try 'what needs a hidden feature goes with it' 0 'went with it.*needs' \
	mask $new --hide avx
try 'the loss of an ABI level is told' 0 'x86-64-v1, was x86-64-v2' \
	mask $new --mode hyperv-r2
try 'a number can be lowered' 0 'phys_bits 48->40' mask $new \
	--cap phys_bits=40
try 'an unknown mode is named with those there are' 2 'hyperv-tlfs2' \
	mask $new --mode evc
try_nothing_written 'an unknown feature gets a suggestion' 2 \
	"unknown feature 'avx22', did you mean 'avx2'" \
	mask $new --hide avx22 -o dir/masked.json
try_nothing_written 'a limitation cannot be hidden' 2 \
	"'zero_fcs_fds' is a limitation" \
	mask $newer --hide zero_fcs_fds -o dir/masked.json
try_nothing_written 'a leaf without a place in a policy' 2 'never part' \
	mask $newer --hide '0xb.0:eax[0]' -o dir/masked.json
try_nothing_written 'a number that does not fit its field' 2 'range' \
	mask $newer --cap phys_bits=999 -o dir/masked.json
try_nothing_written 'a mode asks for virtualisation' 2 'virtualisation' \
	mask $weak --mode hyperv-r2 -o dir/masked.json
cat >limit.json <<'END'
{ "format": "cpupolicy-mask", "version": 1, "hide": ["zero_fcs_fds"] }
END
try_nothing_written 'nor by a mask file' 2 'limit.json' \
	mask $newer --with limit.json -o dir/masked.json
cat >mask.json <<'END'
{ "format": "cpupolicy-mask", "version": 1, "hide": ["avx2", "1:ecx[9]"],
  "cap": { "phys_bits": 39 } }
END
try 'a mask file hides and lowers' 0 'lowered.*phys_bits 46->39' \
	mask $newer --with mask.json
try 'a mask is no policy' 2 'is a mask' show mask.json
try 'a mask by a model keeps what the model has' 0 'ssse3' \
	mask $new --with @x86-64-v2

# matrix
try 'moves are counted' 0 '^1 of 2 moves fit\|^0 of 2 moves fit' \
	matrix $old $new
try 'the mode lets more fit' 0 'of 2 moves fit' \
	matrix $old $new --mode hyperv-r2
try 'under the baseline all fit' 0 '^6 of 6 moves fit' \
	matrix $old $new "$data/libvirt/Phenom-B95.json" --baseline
try 'one host has nowhere to go' 0 '^0 of 0 moves fit' matrix $old

# baseline
try 'the pool and its cost' 0 'lacks .*ssse3' baseline $old $new
"$tool" baseline $old $new -o pool.json --name pool-a >out 2>err
result $? 'the baseline is written'
grep -q '"name": "pool-a"' pool.json
result $? 'under its name'
try 'and fits the old host' 0 '^fits' check pool.json $old
try 'and the new one' 0 '^fits' check pool.json $new
try 'one host is a pool' 0 'pool: 1 host of 1 kind' baseline $old
try 'equal hosts are one kind' 0 'pool: 2 hosts of 1 kind' \
	baseline $old $old
try_nothing_written 'no hosts are not' 2 'no hosts' baseline -o dir/pool.json
try_nothing_written 'makers do not mix in a pool' 2 \
	'different makers.*AuthenticAMD.*GenuineIntel' \
	baseline $old $intel -o dir/pool.json
try 'an ABI level is no host' 2 'no host' baseline $old @x86-64-v2
mkdir empty
try 'an empty folder is trouble' 2 'no files' baseline empty

# Bad files
: >empty.json
printf '{ "format": "cpupolicy-policy", "vers' >cut.json
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
if command -v python3 >python 2>&1; then
	python3 wait.py "$tool" fleet.jsonl >out 2>err
	result $? 'at a terminal it works as well'
	grep -q "^b''$" out
	result $? 'what is done soon is not told'
	python3 wait.py "$tool" fleet.jsonl slowly >out 2>err
	grep -q "^b'.rrecords read: [0-9]" out && grep -q " .r'$" out
	result $? 'what takes longer is, and is gone at the end'
else
	number=$((number + 1))
	echo "ok $number - at a terminal # SKIP no python3"
fi

# Machines whose CPUs are not alike
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
try 'which CPUs are of a kind is shown' 0 '^  CPUs 8-9,12 (3)$' show uneven.json
grep -q 'unlike the first: +sse4_1$' out
result $? 'and in what they differ'
[ "$(grep 'would offer' out)" = '    by themselves they would offer: sse4_1' ]
result $? 'and what the machine loses by it'
grep -q 'leaf 0xb was made up' out
result $? 'notes of the record are shown'
json_of 'for programs as well' show uneven.json --json
grep -q '"cpus": "8-9,12"' out && grep -q 'leaf 0xb was made up' out
result $? 'with kinds and notes'

# Output that cannot be written
echo keep >kept
try 'a folder that is not there' 2 'nowhere/pool.json' \
	baseline $old -o nowhere/pool.json
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

# JSON
json_of 'show for programs' show $new --dropped --json
json_of 'show of a folder for programs' show "$data/libvirt" --json
json_of 'host for programs' host $new --offer --json
json_of 'diff for programs' diff $new $old --json
json_of 'mask for programs' mask $new --mode hyperv-r2 --json
json_of 'check for programs' check $new $old --json
json_of 'lint for programs' lint $new $newer --json
json_of 'matrix for programs' matrix $old $new --json
json_of 'baseline for programs' baseline $old $new --json
json_of 'explain for programs' explain hyperv-r2 --json
json_of 'a record with escape sequences for programs' show evil.json --json
"$tool" check $new $old --json >one 2>err
"$tool" check $new $old --json >two 2>>err
cmp -s one two
result $? 'the same question gives the same text'

# This machine
if "$tool" record -o here.json >out 2>err; then
	try 'this machine as a record' 0 'recorded' show here.json
	try 'this machine fits itself' 0 '^fits' check @host @host
	try 'its record says the same' 0 'no field differs' \
		diff here.json @host
	if [ -r /dev/cpu/0/cpuid ]; then
		try 'so do its devices' 0 'no field differs' diff /dev/cpu @host
		try 'which are one machine' 0 '^pool: 1 host ' baseline /dev/cpu
	fi
else
	number=$((number + 1))
	echo "ok $number - this machine as a record # SKIP $(head -n 1 err)"
fi

echo "1..$number"
