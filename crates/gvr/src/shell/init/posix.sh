__gvr_shims=@SHIMS@
__gvr_path=":${PATH-}:"
while :; do
  case "$__gvr_path" in
    *":$__gvr_shims:"*) __gvr_path="${__gvr_path%%":$__gvr_shims:"*}:${__gvr_path#*":$__gvr_shims:"}" ;;
    *) break ;;
  esac
done
__gvr_path="${__gvr_path#:}"
__gvr_path="${__gvr_path%:}"
export PATH="@PATH@"
unset __gvr_shims __gvr_path
@HEAD@
  case "${1-}" in
    shell)
      shift
      eval "$(command gvr sh-shell @SHELL@ "$@" || echo "return $?")"
      ;;
    *) command gvr "$@" ;;
  esac
}
