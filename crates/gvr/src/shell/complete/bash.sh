_gvr() {
  local IFS=$'\n'
  COMPREPLY=($(command gvr sh-complete bash -- "${COMP_WORDS[@]:0:COMP_CWORD}" "$2" 2>/dev/null))
  case "${COMPREPLY[*]}" in
    *[/=]) compopt -o nospace 2>/dev/null ;;
  esac
}
complete -o nosort -o bashdefault -o default -F _gvr gvr 2>/dev/null ||
  complete -o bashdefault -o default -F _gvr gvr
