#!/bin/sh
# SPDX-License-Identifier: MIT
#
# completion.sh - what the shells complete, as TAP: the tool's own answers, then
# each shell as far as it is here.

. "$(dirname "$0")/cli_lib.sh"

scripts=$(cd "$data/../../completions" && pwd)
mkdir bin && ln -s "$tool" bin/cpupolicy
PATH=$work/bin:$PATH
export PATH
: >xyzzy.json

# NAME EXPECTED: the words in "got" are exactly these, in any order
got_is() {
	printf '%s\n' $2 | grep -v '^$' | sort >expected
	sort got | grep -v '^$' | cmp -s - expected
	status=$?
	[ $status -eq 0 ] || sed 's/^/# came: /' got
	: >out
	result $status "$1"
}

# NAME EXPECTED WORD...: what the tool answers, without the explanations
tool_says() {
	says_name=$1 says=$2
	shift 2
	cpupolicy --complete "$@" 2>err | cut -f 1 >got
	got_is "$says_name" "$says"
}

# The tool
tool_says 'commands by their beginning' 'mask matrix' ma
tool_says 'options come from the help' '--offer' host --o
tool_says 'an option that has a line for each value comes once' '--faulting' \
	levelling --fa
tool_says 'several options in one line of help' '--accept --allow' \
	lint --a
tool_says 'values of an option' 'kvm' host --hypervisor k
tool_says 'behind an equals sign, too' '--hypervisor=xen' host --hypervisor=x
tool_says 'of a list the last' 'avx2,ssse3' mask --hide avx2,ssse
tool_says 'modes, each once' 'hyperv-r2 hyperv-tlfs2' mask --mode ''
tool_says 'numbers, where numbers are lowered' 'phys_bits' mask --cap phys
tool_says 'formats that are written' 'cpuid-r c' convert --to c
tool_says 'models, or files' '@x86-64-v3 /' check @x86-64-v3
tool_says 'files, where a value is one' '/' mask --with ''
tool_says 'nothing, where a value is free' '' mask --name ''
tool_says 'a flag takes no value' '@host /' show --brief @hos
tool_says 'only models, where models are told of' '@zen2 @zen2-v2' models @zen2
tool_says 'names that can be explained' 'ssse3' explain ssse
tool_says 'help of a command' 'baseline' help b
tool_says 'nothing of an unknown command' '' frob --
for command in $commands; do
	cpupolicy $command --help | grep -o -e '^  --[a-z-]*' -e ', --[a-z-]*' |
		tr -d ' ,' | sort -u >expected
	{ cat expected && echo --help; } | sort -u >all
	cpupolicy --complete $command -- | cut -f 1 | sort | cmp -s - all
	result $? "all options of $command"
done
[ "$(cpupolicy --complete mask --cap phys_b | cut -f 2)" = \
	'Physical address width in bits' ]
result $? 'each says what it is'

# bash: the function, as readline would call it
bash_says() { # NAME EXPECTED LINE
	cat >ask.bash <<'END'
source "$1"
COMP_LINE=$2 COMP_POINT=${#2} COMP_WORDS=(cpupolicy)
COMP_WORDBREAKS=$' \t\n"\'@><=;|&(:'
_cpupolicy
printf '%s\n' "${COMPREPLY[@]}"
END
	bash --norc ask.bash "$scripts/cpupolicy.bash" "$3" >got 2>err
	got_is "bash: $1" "$2"
}
if command -v bash >out 2>&1; then
	bash_says 'commands' 'mask matrix' 'cpupolicy ma'
	bash_says 'nothing typed yet' 'hyperv-r2 hyperv-tlfs2' \
		'cpupolicy mask x --mode '
	bash_says 'files' xyzzy.json 'cpupolicy show xyz'
	bash_says 'files of an option' xyzzy.json 'cpupolicy mask --with xyz'
	# readline replaces what stands behind "=" and "@"
	bash_says 'only what is behind an equals sign' xen \
		'cpupolicy host --hypervisor=x'
	bash_says 'only what is behind an at sign' x86-64-v4 \
		'cpupolicy check a @x86-64-v4'
	bash_says 'the last of a list' 'avx2,ssse3' \
		'cpupolicy mask --hide avx2,ssse'
else
	result 0 'bash: completion # SKIP no bash'
fi

# zsh: the function, with the builtins that talk to the line editor replaced
if command -v zsh >out 2>&1; then
	cat >ask.zsh <<'END'
compadd() {
	while [[ $1 != -- ]]; do shift; done
	shift
	print -l -- "$@"
}
_files() { print -l -- *.json }
words=("${(@)argv[2,-1]}")
CURRENT=$#words
PREFIX=$words[CURRENT]
source $1
END
	zsh -f ask.zsh "$scripts/cpupolicy.zsh" cpupolicy mask --mode '' >got 2>err
	got_is 'zsh: values' 'hyperv-r2 hyperv-tlfs2'
	zsh -f ask.zsh "$scripts/cpupolicy.zsh" cpupolicy check @x86-64-v4 >got 2>err
	grep -q '^@x86-64-v4$' got && grep -q '^xyzzy.json$' got
	result $? 'zsh: models and files'
	zsh -f ask.zsh "$scripts/cpupolicy.zsh" cpupolicy host --o >got 2>err
	got_is 'zsh: options' '--offer'
	head -n 1 "$scripts/cpupolicy.zsh" | grep -q '^#compdef cpupolicy$'
	result $? 'zsh: compinit finds it'
else
	result 0 'zsh: completion # SKIP no zsh'
fi

# fish: asks its own engine
fish_says() { # NAME EXPECTED LINE
	HOME=$work fish --no-config -c "source $scripts/cpupolicy.fish
		complete -C '$3'" >got.all 2>err
	cut -f 1 got.all >got
	got_is "fish: $1" "$2"
}
if command -v fish >out 2>&1; then
	fish_says 'commands' 'mask matrix' 'cpupolicy ma'
	fish_says 'values' 'hyperv-r2 hyperv-tlfs2' 'cpupolicy mask x --mode '
	fish_says 'files' xyzzy.json 'cpupolicy show xyz'
	fish_says 'options' '--offer' 'cpupolicy host --o'
else
	result 0 'fish: completion # SKIP no fish'
fi

finish
