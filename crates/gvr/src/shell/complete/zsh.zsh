#compdef gvr
_gvr() {
  local line
  local -a lines words_before open closed
  words_before=("${(@Q)words[1,CURRENT-1]}")
  lines=("${(@f)$(command gvr sh-complete zsh -- "${words_before[@]}" "${(Q)PREFIX}" 2>/dev/null)}")
  for line in "${lines[@]}"; do
    case "${line%%:*}" in
      '') ;;
      *[/=]) open+=("$line") ;;
      *) closed+=("$line") ;;
    esac
  done
  (( ${#closed} )) && _describe -V gvr closed
  (( ${#open} )) && _describe -V gvr open -S ''
}
if [[ "${funcstack[1]-}" == _gvr ]]; then
  _gvr "$@"
else
  compdef _gvr gvr
fi
