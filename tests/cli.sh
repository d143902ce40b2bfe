#!/bin/sh
# SPDX-License-Identifier: MIT
#
# cli.sh - the command line: each command on a document or two, as TAP.

. "$(dirname "$0")/cli_lib.sh"

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
try 'a version of it is named' 1 'hypervisor kvm-6.1)' \
	check $new $old --hypervisor kvm-6.1.4
try 'a version that is too old is refused' 2 'known is kvm-4.19' \
	check $new $old --hypervisor kvm-3.10
try 'a version nobody knows of is refused' 2 'nothing is known of its' \
	check $new $old --hypervisor none-3
try 'an unknown hypervisor is named' 2 "'qemu'" \
	check $new $old --hypervisor qemu
try 'makers do not mix' 1 'F006 .*MSRs and' check $intel $new
cat >amx.json <<'END'
{ "format": "cpupolicy-policy", "version": 1, "vendor": "GenuineIntel",
  "features": ["xsave", "amx_tile", "xcr0_tilecfg", "xcr0_tiledata"],
  "numbers": { "xstate_tilecfg_size": 64, "xstate_tilecfg_offset": 2752,
    "xstate_tiledata_size": 8192, "xstate_tiledata_offset": 2816 } }
END
cat >amxless.json <<'END'
{ "format": "cpupolicy-record", "version": 1, "cores": [ { "cpus": "0", "rows": [
    "00000000.0 0000000d 756e6547 6c65746e 49656e69",
    "00000001.0 000806f8 00100800 7ffefbff bfebfbff",
    "00000007.0 00000000 00000000 00000000 01000000",
    "0000000d.0 00000003 00000240 00000240 00000000" ] } ] }
END
try 'a lost state component says how many bytes it has, and where' 1 \
	'xcr0_tiledata *1 *0 .*: 8192' check amx.json $intel
json_of 'and so to programs' check amx.json $intel --json
grep -q '"component":{"number":18,"offset":2816,"size":8192}' out ||
	tr -d ' \n' <out |
	grep -q '"component":{"number":18,"offset":2816,"size":8192}'
result $? 'with number, size and offset'
echo '{ "format": "cpupolicy-policy", "version": 1,
  "features": ["avx", "xsave"] }' >avx.json
try 'what the host has recorded and not to give says why' 1 \
	'avx *1 *0 .*; recorded' check avx.json amxless.json
json_of 'with the reason for programs' check avx.json amxless.json --json
tr -d ' \n' <out | grep -q '"host_reason":{.*"finding":"dropped-need"'
result $? 'as a finding of its own'
try 'what it never had needs no reason' 1 'movbe *1 *0 *code that uses' \
	check @x86-64-v3 $old
try 'AMX recorded without permission is told' 1 'F027 .*amx_tile' \
	check amx.json amxless.json
for khz in 24000000 25000000; do
	cat >clock-$khz.json <<END
{ "format": "cpupolicy-record", "version": 1, "cores": [ { "cpus": "0", "rows": [
    "00000000.0 00000016 756e6547 6c65746e 49656e69",
    "00000015.0 00000002 000000b0 $(printf %08x $khz) 00000000" ] } ] }
END
done
try 'clocks that differ are a note' 0 'F028 .*2112000 kHz *2200000 kHz' \
	check clock-24000000.json clock-25000000.json
"$tool" check clock-24000000.json clock-24000000.json >out 2>err
! grep -q F028 out
result $? 'clocks that do not are none'
try 'a code can be allowed' 0 'allowed' \
	check $new $old --allow F001,F004,security
printf '%s\n' '{ "format": "cpupolicy-policy", "version": 1,' \
	'"vendor": "GenuineIntel", "features": ["arch_capabilities",' \
	'"rdctl_no"] }' >immune.json
printf '%s\n' '{ "format": "cpupolicy-policy", "version": 1,' \
	'"vendor": "GenuineIntel", "features": ["arch_capabilities"] }' \
	>prone.json
try 'a lost mitigation is named' 1 'susceptible to rogue data cache load (Meltdown)' \
	check immune.json prone.json
try 'one of them can be allowed' 0 '1 security; 1 allowed' \
	check immune.json prone.json --allow F018:rdctl_no
try 'or another one' 1 '^fits but insecure' \
	check immune.json prone.json --allow F018:mds_no
try 'one field of a code can' 1 'block, allowed *F001 *1:ecx\[9\] ssse3' \
	check $new $old --allow F001:ssse3
try 'and the other fields of the code cannot' 1 'block *F001 ' \
	check $new $old --allow F001:ssse3
try 'a field can be an alias or an address' 1 '2 allowed' \
	check $new $old --allow 'F001:pclmuldq,F001:1:ecx[9]'
try 'a field that no finding is about allows nothing' 1 '^does not fit' \
	check $new $old --allow F018:ssse3
try 'a field that is none is named' 2 "--allow: unknown feature 'sss3', did" \
	check $new $old --allow F001:sss3
try 'clocks of one pace fit' 0 '^fits' \
	check $old $old --tsc 2500000:2500500
try 'clocks of another pace do not' 1 'F028 .* 2500000 kHz *2600000 kHz' \
	check $old $old --tsc 2500000:2600000
try 'but where the host scales' 0 '^fits' \
	check $old $old --tsc 2500000:2600000:scales
for wrong in 2500000 2500000: :1 0:0 1:2:3 1:2:scale 2.5:2.6 4294967297:1; do
	try "a clock like $wrong is refused" 2 'expected two frequencies' \
		check $old $old --tsc $wrong
done
try 'the grade block cannot' 2 'cannot be allowed' \
	check $new $old --allow block
try 'what is neither grade nor code is refused' 2 "F999" \
	check $new $old --allow F999
try 'a model takes the vendor of the other side' 0 \
	'vendor taken from the host' check @x86-64-v2 $new
try 'a level that is not reached is a no' 1 'avx2' check @x86-64-v3 $old
try 'an unknown model is named, and who lists them' 2 'cpupolicy models' \
	show @x86-64-v9
try 'one argument is not enough for a check' 2 'usage' check $old
try 'three are too many' 2 'too many' check $old $old $old

# Records that lack what counts
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
try 'guests that are served no longer are named' 0 \
	'no longer met .*mongodb5 (avx)' mask $new --hide avx
try 'what they lacked before is no news' 0 'not met before .*x86-64-v3 (' \
	mask $new --hide avx
try 'what XCR0 blocks is told' 0 'XCR0 without .* avx xop fma4$' \
	mask $new --hide avx
try 'what nothing blocks is told' 0 'can still use: sse4a' \
	mask $new --hide sse4a,avx
try 'AVX2 executes where AVX does' 0 'can still use: avx2$' \
	mask $newer --hide avx2
try 'VMX can make RDRAND exit, and KVM does' 0 'RDRAND exiting .*rdrand' \
	mask $newer --hide rdrand
try 'a hypervisor that is not known to block it' 0 \
	'could be blocked; xen is not known to do so' \
	mask $newer --hide rdrand --hypervisor xen
try 'a policy says whom it serves' 0 'serves .*windows-11-24h2' show $new
try 'the requirements of a guest are a guest' 1 'avx2.*#UD' \
	check @el10 $new
try 'and are met where they are' 0 '@el9 (requirements' check @el9 $new
try 'and can be explained' 0 'sse4_2 popcnt' explain windows-server-2025
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

# Machines whose CPUs are not alike
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

# JSON
json_of 'show for programs' show $new --dropped --json
json_of 'show of a folder for programs' show "$data/libvirt" --json
json_of 'host for programs' host $new --offer --json
json_of 'diff for programs' diff $new $old --json
json_of 'mask for programs' mask $new --mode hyperv-r2 --json
try 'which say what blocks a feature' 0 '"via": "xcr0_avx"' \
	mask $new --hide avx --json
json_of 'check for programs' check $new $old --json
json_of 'lint for programs' lint $new $newer --json
json_of 'matrix for programs' matrix $old $new --json
json_of 'baseline for programs' baseline $old $new --json
json_of 'explain for programs' explain hyperv-r2 --json
"$tool" check $new $old --json >one 2>err
"$tool" check $new $old --json >two 2>>err
cmp -s one two
result $? 'the same question gives the same text'

# Under KVM, as far as it goes without
try 'verify wants one policy' 2 'something is missing' verify
try 'verify takes no mask' 2 'this is a mask' verify mask.json
try 'a topology has at most three numbers' 2 'THREADS,CORES,PACKAGES' verify --topology 1,2,3,4 @x86-64-v2
try 'and none of them is 0' 2 'not from 1 to 64' verify --topology 0 @x86-64-v2
try 'a guest has a bounded number of CPUs' 2 'more than 64\|no virtual machine' verify --topology 64,64,64 @x86-64-v2

# This machine
if "$tool" record -o here.json >out 2>err; then
	try 'this machine as a record' 0 'recorded' show here.json
	try 'this machine fits itself' 0 '^fits' check @host @host
	try 'its record says the same' 0 'no field differs' \
		diff here.json @host
	# An emulator shows a program another CPU than the devices are of.
	if [ -z "${CPUPOLICY_EMULATED-}" ] && [ -r /dev/cpu/0/cpuid ]; then
		try 'so do its devices' 0 'no field differs' diff /dev/cpu @host
		try 'which are one machine' 0 '^pool: 1 host ' baseline /dev/cpu
	fi
else
	number=$((number + 1))
	echo "ok $number - this machine as a record # SKIP $(head -n 1 err)"
fi

finish
