# bash reads this in the place of its start-up files, and then those files, as it would by itself: it tells what every later
# command did to the variables that matter. GVR_TRACE is the folder to write to, GVR_LOGIN says whether this is a login shell,
# and GVR_BASHRC is the file for all users that this bash knows. bash 3.2, which macOS has, understands it too.
__gvr_folder=$GVR_TRACE __gvr_login=$GVR_LOGIN __gvr_bashrc=$GVR_BASHRC
unset GVR_TRACE GVR_LOGIN GVR_BASHRC
__gvr_values='' __gvr_place='' __gvr_file='' __gvr_files=: __gvr_eval='' __gvr_eval_at='' __gvr_eval_depth=0 __gvr_u=$'\x1f'
if (( BASH_VERSINFO[0] < 5 )); then
  # It does not tell what is exported.
  __gvr_read='__gvr_now="${PATH+?}:${PATH-}$__gvr_u${GOROOT+?}:${GOROOT-}$__gvr_u${GOPATH+?}:${GOPATH-}$__gvr_u'
  __gvr_read+='${GOBIN+?}:${GOBIN-}$__gvr_u${GOENV+?}:${GOENV-}$__gvr_u${GOTOOLCHAIN+?}:${GOTOOLCHAIN-}$__gvr_u'
  __gvr_read+='${GOFLAGS+?}:${GOFLAGS-}$__gvr_u${GOPROXY+?}:${GOPROXY-}"'
else
  __gvr_read='__gvr_now="${PATH+/${PATH@a}}:${PATH-}$__gvr_u${GOROOT+/${GOROOT@a}}:${GOROOT-}$__gvr_u'
  __gvr_read+='${GOPATH+/${GOPATH@a}}:${GOPATH-}$__gvr_u${GOBIN+/${GOBIN@a}}:${GOBIN-}$__gvr_u'
  __gvr_read+='${GOENV+/${GOENV@a}}:${GOENV-}$__gvr_u${GOTOOLCHAIN+/${GOTOOLCHAIN@a}}:${GOTOOLCHAIN-}$__gvr_u'
  __gvr_read+='${GOFLAGS+/${GOFLAGS@a}}:${GOFLAGS-}$__gvr_u${GOPROXY+/${GOPROXY@a}}:${GOPROXY-}"'
fi
eval "__gvr_look() { $__gvr_read; }"
__gvr_probe() {
  [[ ${BASH_SUBSHELL:-0} == 0 ]] || return 0
  local __gvr_now
  __gvr_look
  if [[ $__gvr_now != "$__gvr_values" ]]; then
    builtin printf 'change\x1f%s\x1f%s\x1f%s\x1e' "$__gvr_place" "${#FUNCNAME[@]}" "$__gvr_now" >>"$__gvr_folder/records"
    __gvr_values=$__gvr_now
  fi
  # What a program prints and `source` reads has no place of its own.
  local i=1
  while [[ ${BASH_SOURCE[i]-} == /dev/fd/* || ${BASH_SOURCE[i]-} == /proc/self/fd/* ]]; do (( i += 1 )); done
  local file=${BASH_SOURCE[i]-} line=${BASH_LINENO[i-1]-0} name=${FUNCNAME[i]-} depth=${#FUNCNAME[@]} eval=
  if [[ $file != "$__gvr_file" ]]; then
    __gvr_file=$file
    if [[ $__gvr_files != *:"$file":* ]]; then
      __gvr_files+=$file:
      builtin printf 'file\x1f%s\x1e' "$file" >>"$__gvr_folder/records"
    fi
  fi
  # Lines of what eval runs are counted on from there.
  if [[ " $1" == *[[:space:]\;]eval[[:space:]]* ]]; then
    __gvr_eval=$line __gvr_eval_at=$file __gvr_eval_depth=$depth
  elif [[ $__gvr_eval_at == "$file" ]] && (( depth >= __gvr_eval_depth )); then
    eval=$__gvr_eval
    # In a function, which the eval may have made.
    (( depth == __gvr_eval_depth )) || eval+=+
  fi
  __gvr_place="$file:$line$__gvr_u$name$__gvr_u$depth$__gvr_u$eval$__gvr_u${1:0:400}"
  # Where the start-up ends early, the last of these is what ended it. In functions there are too many.
  if [[ $name == source || $name == main ]]; then
    builtin printf %s "$__gvr_place" >|"$__gvr_folder/last"
  fi
  return 0
}
# A trap of the user's own comes behind this one, not in its place.
trap() {
  local IFS=' ' own=${1-}
  if [[ $# == 1 && $own == DEBUG ]]; then
    set -- - DEBUG
    own=-
  fi
  if (( $# < 2 )) || [[ $own == -[lp]* || " ${*:2} " != *' DEBUG '* ]]; then
    builtin trap "$@"
    return
  fi
  [[ $own == -- ]] && own=$2
  [[ $own == - ]] && own=
  builtin trap -- "__gvr_probe \"\$BASH_COMMAND\"${own:+; $own}" DEBUG
}
__gvr_finish() {
  __gvr_probe ''
  local name hook
  builtin trap -p DEBUG >|"$__gvr_folder/traps"
  for hook in ${PROMPT_COMMAND[@]+"${PROMPT_COMMAND[@]}"}; do
    name=${hook%%[ ;]*}
    builtin printf 'hook\x1f%s\x1f\x1f%s\n%s\x1e' "PROMPT_COMMAND: $hook" "$hook" "$(declare -f -- "$name")" >>"$__gvr_folder/records"
  done
  builtin printf 'end\x1f%s\x1e' "$BASH_VERSION" >>"$__gvr_folder/records"
}
set -o functrace
builtin trap -- '__gvr_probe "$BASH_COMMAND"' DEBUG
if [[ $__gvr_login == 1 ]]; then
  [[ -r /etc/profile ]] && . /etc/profile
  if [[ -r ~/.bash_profile ]]; then . ~/.bash_profile
  elif [[ -r ~/.bash_login ]]; then . ~/.bash_login
  elif [[ -r ~/.profile ]]; then . ~/.profile
  fi
else
  [[ -n $__gvr_bashrc && -r $__gvr_bashrc ]] && . "$__gvr_bashrc"
  [[ -r ~/.bashrc ]] && . ~/.bashrc
fi
__gvr_finish
