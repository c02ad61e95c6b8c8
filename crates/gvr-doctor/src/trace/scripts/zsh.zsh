# zsh reads this as the first of the user's own files: it tells what every later command did to the variables that matter.
# GVR_TRACE is the folder to write to, GVR_ZDOTDIR the ZDOTDIR that this file took the place of.
typeset -g __gvr_folder=$GVR_TRACE
if (( ${+GVR_ZDOTDIR} )); then export ZDOTDIR=$GVR_ZDOTDIR; else unset ZDOTDIR; fi
unset GVR_TRACE GVR_ZDOTDIR
zmodload zsh/parameter
typeset -g __gvr_values='' __gvr_place='' __gvr_file=''
typeset -gA __gvr_files
# Without `emulate`, options of the user's own such as nounset and ksharrays would change what this means, or end the shell.
__gvr_probe() {
  emulate -L zsh
  (( ZSH_SUBSHELL )) && return 0
  local u=$'\x1f' n
  n="${(t)PATH}:$PATH$u${(t)GOROOT}:$GOROOT$u${(t)GOPATH}:$GOPATH$u${(t)GOBIN}:$GOBIN$u${(t)GOENV}:$GOENV$u"
  n+="${(t)GOTOOLCHAIN}:$GOTOOLCHAIN$u${(t)GOFLAGS}:$GOFLAGS$u${(t)GOPROXY}:$GOPROXY"
  if [[ $n != "$__gvr_values" ]]; then
    builtin print -rn -- "change$u$__gvr_place$u$#funcstack$u$n"$'\x1e' >>| $__gvr_folder/records
    __gvr_values=$n
  fi
  # Each eval has an entry of its own, and counts its lines from where it stands; the outermost has the place. What a
  # program prints and `source` reads has none either.
  local -i i=1
  while [[ ${funcstack[i+1]} == ('(eval)'|/dev/fd/*|/proc/self/fd/*) ]]; do (( i++ )); done
  local at=${funcfiletrace[i]} name=${funcstack[i+1]}
  if [[ ${at%:*} != "$__gvr_file" ]]; then
    __gvr_file=${at%:*}
    if [[ -z ${__gvr_files[x$__gvr_file]} ]]; then
      __gvr_files[x$__gvr_file]=1
      builtin print -rn -- "file$u$__gvr_file"$'\x1e' >>| $__gvr_folder/records
    fi
  fi
  __gvr_place="$at$u$name$u$#funcstack$u$u${ZSH_DEBUG_CMD[1,400]}"
  # Where the start-up ends early, the last of these is what ended it. In functions there are too many.
  if [[ $name == */* || -z $name || $name == "$__gvr_file" ]]; then
    builtin print -rn -- $__gvr_place >| $__gvr_folder/last
  fi
  return 0
}
__gvr_end() {
  # Where the trap was taken away, this tells of what happened since.
  __gvr_probe
  emulate -L zsh
  local u=$'\x1f' name
  builtin trap >| $__gvr_folder/traps
  for name in $precmd_functions precmd; do
    (( ${+functions[$name]} )) || continue
    builtin print -rn -- "hook$u$name$u${functions_source[$name]}$u${functions[$name]}"$'\x1e' >>| $__gvr_folder/records
  done
  builtin print -rn -- "end$u$ZSH_VERSION"$'\x1e' >>| $__gvr_folder/records
}
builtin trap __gvr_probe DEBUG
[[ -r ${ZDOTDIR:-$HOME}/.zshenv ]] && builtin source ${ZDOTDIR:-$HOME}/.zshenv
