function __gvr_complete
    set -l words (commandline --current-process --tokenize --cut-at-cursor)
    command gvr sh-complete fish -- $words (commandline --current-token --cut-at-cursor) 2>/dev/null
end
complete --command gvr --no-files --keep-order --arguments '(__gvr_complete)'
