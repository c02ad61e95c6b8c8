$env.PATH = ($env.PATH? | default [] | split row (char esep) | if @OWN@ in $in { $in } else { prepend @OWN@ })
