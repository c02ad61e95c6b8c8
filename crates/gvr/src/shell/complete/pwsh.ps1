Register-ArgumentCompleter -Native -CommandName gvr -ScriptBlock {
    param($word, $ast, $position)
    $program = (Get-Command -Name gvr -CommandType Application -TotalCount 1).Source
    $line = $ast.Extent.Text
    $length = $position - $ast.Extent.StartOffset
    $line = if ($length -gt $line.Length) { "$line " } else { $line.Substring(0, $length) }
    & $program sh-complete pwsh '--' $line 2>$null | ForEach-Object {
        $value, $help = $_ -split "`t", 2
        if (-not $help) { $help = $value }
        [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $help)
    }
}
