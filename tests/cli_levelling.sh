#!/bin/sh
# SPDX-License-Identifier: MIT
#
# cli_levelling.sh - plans by which a CPU itself shows a policy, as TAP.

. "$(dirname "$0")/cli_lib.sh"

"$tool" baseline $old $new -o pool.json >out 2>err
fam10=$old fam15=$new sandy=$intel
cp "$data/bochs/turion64-tyler.json" k8.json

# Plans
try 'AMD: low is EDX, high is ECX' 1 \
	'^  0xc0011004  0x[0-9a-f]*  all  *overrides 1:edx (low half), 1:ecx (high half)$' \
	levelling $fam15 pool.json
try 'thermal features keep the high half' 1 \
	'^  0xc0011003  0x00000000[0-9a-f]*  0xffffffff  *overrides 6:ecx (low half)$' \
	levelling $fam15 pool.json
try 'what stays visible is told, with why' 1 '^  block  F110  d.0:eax\[2\] xcr0_avx' \
	levelling $fam15 pool.json
grep -q '^F110  The CPU shows it' out
result $? 'once for each reason'
! grep -q '1:ecx\[28\] avx' out
result $? 'what the MSRs hide is not among it'
try 'K8 wants a password' 1 '0xc0011004 .* 0x9c5a203a' levelling k8.json k8.json
"$tool" mask $sandy --hide aes -o noaes.json >out 2>err
try 'Intel: low is ECX, high is EDX' 1 \
	'^  0x132 .*masks 1:ecx (low half), 1:edx (high half)$' \
	levelling $sandy noaes.json
try 'faulting that was not recorded is told' 1 'F020  msr.ce cpuid_fault' \
	levelling $newer @x86-64-v1
try 'faulting hides everything' 0 '0x140 .*CPUID faults outside CPL 0' \
	levelling $newer @x86-64-v1 --faulting yes
try 'an older policy on a CPU without means' 1 'F112' \
	levelling $newer @x86-64-v1 --faulting no

# No plan
try 'a policy that has more gets no plan' 1 '^no plan: ' levelling $fam10 $fam15
grep -q 'block  F001  1:ecx\[28\] avx' out
result $? 'and it is said what'
! grep -q 0xc0011004 out
result $? 'and nothing is to be written'
try 'another maker gets no plan' 1 'F006' levelling $fam10 $sandy
try 'wrmsr: no plan, no commands' 1 'no plan' levelling $fam10 $fam15 --wrmsr
[ ! -s out ]
result $? 'nothing on standard output'

# Bad questions
try 'a plan is for a machine' 2 'expected a record' levelling pool.json pool.json
try 'a mask is no policy' 2 'this is a mask' levelling $fam10 mask.json
try 'faulting is yes or no' 2 "not 'maybe'" levelling $fam10 pool.json \
	--faulting maybe
try 'one form at a time' 2 'one of --json' levelling $fam10 pool.json \
	--xen --json
try 'one policy' 2 'levelling' levelling $fam10

# The commands, carried out by tools that only remember
mkdir bin msrs
cat >bin/wrmsr <<'END'
#!/bin/sh
[ "$1" = -p ] && echo "$4" >"msrs/$2.$3"
END
cat >bin/rdmsr <<'END'
#!/bin/sh
# -p CPU -c -f HIGH:LOW MSR; ones where nothing was written
[ "$1$3$4" = -p-c-f ] && cat "msrs/$2.$6.$5" 2>/dev/null || echo 0xffffffff
END
chmod +x bin/wrmsr bin/rdmsr
"$tool" levelling $fam15 pool.json --wrmsr >commands 2>err
PATH=$work/bin:$PATH sh commands >out 2>>err
planned=$("$tool" levelling $fam15 pool.json |
	sed -n 's/^  0xc0011004  \(0x[0-9a-f]*\) .*/\1/p')
[ -n "$planned" ] && [ "$(cat msrs/0.0xc0011004)" = "$planned" ]
result $? 'the commands write what is planned'
cat msrs/0.0xc0011003 >out
grep -q '^0xffffffff00000000$' out
result $? 'and keep what is not'
grep -q '^# F110: .*xcr0_avx' commands
result $? 'and say what stays visible'
echo 0x12345678 >msrs/1.0x140.63:32
echo 0x00000002 >msrs/1.0x140.31:0
sed 's/"cpus": "[^"]*"/"cpus": "0-2,7"/' $newer >some.json
"$tool" levelling some.json @x86-64-v1 --faulting yes --wrmsr >commands 2>err
PATH=$work/bin:$PATH sh commands >out 2>>err
[ "$(cat msrs/1.0x140)" = 0x1234567800000003 ] && [ -f msrs/2.0x140 ] &&
	[ -f msrs/7.0x140 ] && [ ! -e msrs/3.0x140 ]
result $? 'on every CPU, with the other bits as they were'
try 'wrmsr cannot give a password' 2 '0x9c5a203a in EDI' \
	levelling k8.json k8.json --wrmsr

# Xen's options
try 'Xen takes masks by register' 1 \
	'^cpuid_mask_edx=0x[0-9a-f]\{8\} cpuid_mask_ecx=0x[0-9a-f]\{8\} cpuid_mask_ext_edx=' \
	levelling k8.json k8.json --xen
edx=$(sed -n 's/^cpuid_mask_edx=0x\([0-9a-f]*\).*/\1/p' out)
"$tool" levelling k8.json k8.json >out 2>err
grep -q "^  0xc0011004  0x[0-9a-f]\{8\}$edx " out
result $? 'the low half is EDX'
try 'Xen uses faulting by itself' 0 'Xen uses it by itself' \
	levelling $newer @x86-64-v1 --faulting yes --xen

# Machines whose CPUs are not alike
try 'every kind of core has its plan' 0 '^CPUs 8-9,12: family 21' \
	levelling uneven.json uneven.json --hypervisor none
try 'Xen has one mask for all' 2 'not all alike' \
	levelling uneven.json uneven.json --hypervisor none --xen

json_of 'the plan for programs' levelling $fam15 pool.json --json
grep -q '"msr": "0xc0011004"' out && grep -q '"low": "edx"' out &&
	grep -q '"complete": false' out && grep -q '"finding": "levelling-uncovered"' out
result $? 'with its writes and its findings'

finish
