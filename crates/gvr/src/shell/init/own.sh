case ":${PATH-}:" in
  *:@OWN@:*) ;;
  *) export PATH=@OWN@"${PATH:+":$PATH"}" ;;
esac
