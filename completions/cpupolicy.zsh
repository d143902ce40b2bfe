#compdef cpupolicy
# SPDX-License-Identifier: MIT
#
# cpupolicy.zsh - completion for zsh: the tool itself says what can come.

_cpupolicy()
{
	local -a lines names texts
	local line files=

	lines=("${(@f)$(${words[1]} --complete "${(@)words[2,CURRENT-1]}" \
		"$PREFIX" 2>/dev/null)}")
	for line in $lines; do
		if [[ $line == / ]]; then
			files=yes
		elif [[ -n $line ]]; then
			names+=("${line%%$'\t'*}")
			texts+=("${line%%$'\t'*} -- ${line#*$'\t'}")
		fi
	done
	(( $#names )) && compadd -l -d texts -- $names
	[[ -n $files ]] && _files
}

_cpupolicy "$@"
