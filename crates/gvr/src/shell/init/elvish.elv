set paths = [@FIRST@(if (not-eq $paths $nil) { each {|folder| if (not-eq $folder @SHIMS@) { put $folder } } $paths })@LAST@]
fn gvr {|@words|
  if (and (> (count $words) 0) (eq $words[0] shell)) {
    eval (e:gvr sh-shell elvish (all $words[1..]) | slurp)
  } else {
    e:gvr $@words
  }
}
# What eval defines is gone after it, but for what the interactive namespace is given.
try { eval &ns=(ns [&gvr~=$gvr~]) 'edit:add-var gvr~ $gvr~' } catch { nop }
