def "nu-complete gvr" [line: string] {
  let answer = (^gvr sh-complete nu -- $line | complete)
  {
    options: { sort: false }
    completions: ($answer.stdout | lines | each {|candidate|
      let parts = ($candidate | split row "\t")
      { value: $parts.0, description: ($parts | get --optional 1 | default "") }
    })
  }
}
