# SPDX-License-Identifier: MIT
#
# cpupolicy.fish - completion for fish: the tool itself says what can come.

function __cpupolicy_complete
    set -l before (commandline -opc)
    set -l word (commandline -ct)
    for line in ($before[1] --complete $before[2..-1] "$word" 2>/dev/null)
        if test "$line" = /
            __fish_complete_path "$word"
        else
            echo $line
        end
    end
end

complete -c cpupolicy -f -a '(__cpupolicy_complete)'
