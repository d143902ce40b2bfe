#!/bin/sh
# SPDX-License-Identifier: MIT
#
# cli_models.sh - the command line: models wherever a policy is, their order, and the closest one, as TAP.

. "$(dirname "$0")/cli_lib.sh"

# The list
try 'models are listed with vendor, year, version and level' 0 \
	'^zen3-server  *amd  *2021  *1  *v3  *Milan$' models
try 'levels are of any vendor and no year' 0 '^x86-64-v2  *any  *-  *1  *v2' \
	models
try 'one of them' 0 '^haswell ' models @haswell
! grep -q broadwell out
result $? 'and no other'
try 'by the name that others use' 0 '^k10 ' models Opteron_G3
try 'a misspelt name gets a suggestion' 2 "did you mean '@haswell'" models haswel
try 'one that is near nothing does not' 2 'cpupolicy models. lists' models nosuchthing
json_of 'the list for programs' models --json
grep -q '"directly_above"' out && grep -q '"aliases"' out
result $? 'with the order and all names'

# The order
try 'K10 is above K10 without 3DNow!' 0 \
	'^k10  *directly above  *k10-no3dnow llano$' models --order k10
try 'where the two tracks meet' 0 'directly below  *k10 bulldozer zen$' \
	models --order k10-no3dnow
try 'what is the same to every check is called equal' 0 'equal to  *rocketlake' \
	models --order icelake-client
try 'all of them' 0 '^zen5-server  *directly above  *zen4-server zen5$' \
	models --order

# A model is a policy
try 'a guest of it runs on its recordings' 0 '^fits' check @k10 $old
try 'and not on those of the other track' 1 '3dnow' check @k10 $new
try 'but its part without 3DNow! does' 0 '^fits' \
	check @amd-greyhound-no3dnow $new
try 'one model on another' 0 '^fits' check @zen @EPYC-Milan
try 'it is shown with its brand' 0 'AuthenticAMD, family 25 .*AMD Zen 3' \
	show @zen3
try 'masked' 0 'x86-64-v3, was x86-64-v4' \
	mask @skylake-server --hide avx512f -o masked.json
try 'and still runs there' 0 '^fits' check masked.json @skylake-server
try 'levelled with hosts' 0 'AuthenticAMD' baseline @k10-no3dnow $old $new
try 'explained by its difference' 0 'base  *zen3$' explain @zen3-server
try 'and by what others call it' 0 'also called  *epyc-milan' explain EPYC-Milan
try 'no guest trips over it' 0 '^nothing found' lint @haswell-server

# The closest
try 'the closest model' 0 'closest  *@skylake-server-v3' fit $newer
try 'what it misses' 0 '@cascadelake-v2 but for avx512_vnni' fit $newer
try 'as many near misses as asked for' 0 'closest' fit $newer --near 0
! grep -q 'but for' out
result $? 'none, that is'
try 'what the machine has beyond it' 0 'beyond it  *tsc_adjust$' fit $intel
try 'numbers with those of the model' 0 'phys_bits 48 (0)' \
	fit "$data/libvirt/Phenom-B95.json"
try 'what is switched off decides, not the family' 0 '@k10 but for nx' \
	fit "$data/libvirt/Phenom-B95.json"
try 'an equal model is named' 0 'the same as  *rocketlake' fit @icelake-client
try 'a level is closest to itself' 0 'closest  *@x86-64-v3' fit @x86-64-v3
try 'a folder is a line each' 0 '^EPYC-7502-32-Core  *zen2-v2 ' \
	fit "$data/libvirt"
try 'nothing fits a CPU of 32 bits' 1 'no model fits' \
	fit "$data/bochs/pentium.json"
try 'one of many is enough for that' 1 '^pentium  *-  *x86-64-v1 but for' \
	fit $new "$data/bochs/pentium.json"
try 'an unknown hypervisor is refused' 2 "no hypervisor 'none such'" \
	fit $new --hypervisor 'none such'
try 'near misses are a number' 2 'expected a number' fit $new --near some
try 'something to fit is needed' 2 'usage' fit
json_of 'the closest for programs' fit $newer $old --json
grep -q '"near_misses"' out && grep -q '"model": "k10"' out
result $? 'with the near misses'

finish
