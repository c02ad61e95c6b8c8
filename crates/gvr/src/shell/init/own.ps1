if (@("$env:PATH" -split ':') -cnotcontains @OWN@) { $env:PATH = (@(@OWN@) + @($env:PATH -split ':')) -join ':' }
