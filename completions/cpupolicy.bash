# SPDX-License-Identifier: MIT
#
# cpupolicy.bash - completion for bash: the tool itself says what can come.

_cpupolicy()
{
	local line=${COMP_LINE:0:COMP_POINT} words word breaks
	local IFS=$' \t\n'

	# COMP_WORDS is split at "=", ":" and "@", too: take the line instead.
	read -r -a words <<<"$line"
	[[ $line == *[[:space:]] ]] && words+=("")
	word=${words[${#words[@]} - 1]}
	# What readline replaces begins behind the last of those.
	breaks=${COMP_WORDBREAKS//[^=:@]/}
	breaks=${word%"${word##*[$breaks]}"}
	[[ $COMP_WORDBREAKS == *[=:@]* ]] || breaks=

	COMPREPLY=()
	local candidate what
	while IFS=$'\t' read -r candidate what; do
		if [[ $candidate == / ]]; then
			compopt -o filenames 2>/dev/null
			while read -r candidate; do
				COMPREPLY+=("${candidate#"$breaks"}")
			done < <(compgen -f -- "${word#--*=}")
		else
			COMPREPLY+=("${candidate#"$breaks"}")
		fi
	done < <("${COMP_WORDS[0]}" --complete "${words[@]:1}" 2>/dev/null)
	# a list goes on
	[[ $word == *,* ]] && compopt -o nospace 2>/dev/null
	return 0
}

complete -F _cpupolicy cpupolicy
