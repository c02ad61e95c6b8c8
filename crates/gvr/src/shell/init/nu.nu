$env.PATH = ($env.PATH? | default [] | split row (char esep) | where {|folder| $folder != @SHIMS@ } | @PLACE@ @SHIMS@)
def --env --wrapped gvr [...words: string@"nu-complete gvr"] {
  if ($words | get --optional 0) == "shell" {
    let change = (^gvr sh-shell nu ...($words | skip 1) | from json)
    load-env $change.set
    for name in $change.unset { hide-env --ignore-errors $name }
    if $change.show != null { $change.show }
  } else {
    ^gvr ...$words
  }
}
