set -l __gvr_shims @SHIMS@
while set -l __gvr_index (contains -i -- $__gvr_shims $PATH)
    set -e PATH[$__gvr_index]
end
set -gx PATH @PATH@
function gvr
    if test "$argv[1]" = shell
        set -l code (command gvr sh-shell fish $argv[2..-1])
        or return
        printf '%s\n' $code | source
    else
        command gvr $argv
    end
end
