#!/bin/sh
folder=$PWD
while [ ! -f "$folder/.go-version" ]; do
    [ -n "$folder" ] || exit 127
    folder=${folder%/*}
done
read -r version <"$folder/.go-version"
exec "${0%/*}/../versions/$version/bin/go" "$@"
