if (or (eq $paths $nil) (not (has-value $paths @OWN@))) { set paths = [@OWN@ (if (not-eq $paths $nil) { all $paths })] }
