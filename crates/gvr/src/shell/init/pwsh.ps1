$env:PATH = (@FIRST@@("$env:PATH" -split ':' | Where-Object { $_ -cne @SHIMS@ })@LAST@) -join ':'
function global:gvr {
    $program = (Get-Command -Name gvr -CommandType Application -TotalCount 1).Source
    if ($args.Count -gt 0 -and $args[0] -ceq 'shell') {
        $words = @($args | Select-Object -Skip 1)
        $code = & $program sh-shell pwsh @words | Out-String
        if ($LASTEXITCODE -eq 0) { Invoke-Expression $code }
    } else {
        & $program @args
    }
}
