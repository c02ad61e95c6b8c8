set edit:completion:arg-completer[gvr] = {|@words|
  e:gvr sh-complete elvish -- $@words 2>/dev/null | from-lines | each {|candidate|
    edit:complex-candidate $candidate
  }
}
