#!/bin/sh
# Writes the clients of openapi/openapi.json into the folder $1, which is made anew.
set -eu
folder=$1
rm -rf "$folder"
mkdir -p "$folder/typescript"
openapi-python-client generate --path openapi/openapi.json --config tools/python.yaml --meta uv \
    --output-path "$folder/python" --fail-on-warning >"$folder/python.log" 2>&1 || { cat "$folder/python.log" >&2; exit 1; }
rm "$folder/python.log"
openapi-typescript openapi/openapi.json --output "$folder/typescript/index.d.ts" --root-types --root-types-no-schema-prefix \
    --default-non-nullable=false >/dev/null
cp tools/typescript.json "$folder/typescript/package.json"
# So that what is compiled into build/examples finds its packages.
ln -sfn ../.tools/node_modules "$folder/../node_modules"
