#!/bin/sh
# Push values, see whom they move before they are kept, and read the ranking: with curl.
#
#   DTI_URL=http://127.0.0.1:8000 DTI_CLIENT_ID=… DTI_CLIENT_SECRET=… sh examples/story.sh
#
# The client needs the scopes `push` and `read`. Answers are shown as they come: JSON, and the headers that matter.
set -eu
url=${DTI_URL:-http://127.0.0.1:8000}

# The text member $1 of the JSON on standard input. Where there is jq, `jq -r .$1` is better.
member() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }

token=$(curl -sS --fail-with-body -u "$DTI_CLIENT_ID:$DTI_CLIENT_SECRET" -d grant_type=client_credentials "$url/oauth/token" |
    member access_token)
call() { curl -sS --fail-with-body -H "Authorization: Bearer $token" "$@"; }

# A sequence rises with every change of a value: what comes late is then stale, and never undoes a newer one.
sequence=$(date +%s)000
push='{"period": "vinh-long-demo", "source": "motcua", "values": [
  {"unit": "H61.857", "indicator": "3.8", "inputs": {"a": 2, "b": 7}, "sequence": '$sequence'},
  {"unit": "H61.858", "indicator": "3.8", "inputs": {"a": 7, "b": 7}, "sequence": '$sequence'}]}'
json='Content-Type: application/json'

echo "== What would it do?"
call -H "$json" -d "$push" "$url/v1/data-values?dry_run=true"

echo; echo "== Do it."
key="Idempotency-Key: \"motcua/$sequence\""
call -H "$json" -H "$key" -d "$push" "$url/v1/data-values"

echo; echo "== The answer was lost? The same again gets the same answer, and is done once."
call -i -H "$json" -H "$key" -d "$push" "$url/v1/data-values"

echo; echo "== Count, sum and hash of what is stored from this source."
call "$url/v1/data-values/reconciliation?period=vinh-long-demo&level=district&source=motcua"

echo; echo "== The ranking, and a poll that asks whether it is still the same."
ranking="$url/v1/rankings?period=vinh-long-demo&level=district&limit=3"
call "$ranking"
etag=$(call -o /dev/null -D - "$ranking" | tr -d '\r' | sed -n 's/^[Ee][Tt]ag: //p')
echo; call -o /dev/null -w '%{http_code}\n' -H "If-None-Match: $etag" "$ranking"
