/*
 * Push values, see whom they move before they are kept, and read the ranking: with the generated TypeScript client.
 *
 *   make clients                                  # once: writes build/clients/typescript
 *   .tools/node_modules/.bin/tsc -p examples      # writes build/examples/story.mjs
 *   DTI_URL=http://127.0.0.1:8000 DTI_CLIENT_ID=… DTI_CLIENT_SECRET=… node build/examples/story.mjs
 *
 * The client needs the scopes `push` and `read`. Elsewhere: `npm install openapi-fetch build/clients/typescript`.
 */

import { createHash, randomUUID } from "node:crypto";
import { env } from "node:process";
import type { Job, paths, Problem, PushReport, PushWrite } from "dti-client";
import createClient from "openapi-fetch";

const [period, level, indicator, source] = ["vinh-long-demo", "district", "3.8", "motcua"] as const;
const sent: Record<string, { a: number; b: number }> = { "H61.857": { a: 4, b: 7 }, "H61.858": { a: 3, b: 7 } };

/** The answer; a refusal ends the story in the server's words. */
function wanted<T>({ data, error }: { data?: T; error?: Problem }): T {
  if (data === undefined) throw new Error(error ? `${error.code}: ${error.detail}` : "not expected");
  return data;
}

/** What a push did; it would be a job, had it been sent with `Prefer: respond-async`. */
function report(answer: PushReport | Job): PushReport {
  if ("effects" in answer) return answer;
  throw new Error(`not done yet: /v1/jobs/${answer.id}`);
}

/** SHA-256 of the canonical JSON (RFC 8785) of what was sent of a unit; the members above stand in its order already. */
function ownHash(unit: string): string {
  const inputs = sent[unit];
  return createHash("sha256").update(JSON.stringify(inputs ? [{ indicator, inputs }] : [])).digest("hex");
}

const dti = createClient<paths>({ baseUrl: env["DTI_URL"] ?? "http://127.0.0.1:8000" });
const credentials = { client_id: env["DTI_CLIENT_ID"] ?? "", client_secret: env["DTI_CLIENT_SECRET"] ?? "" };
const token = wanted(
  await dti.POST("/oauth/token", {
    body: { grant_type: "client_credentials", ...credentials },
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
  }),
);
dti.use({
  onRequest({ request }) {
    request.headers.set("Authorization", `Bearer ${token.access_token}`);
  },
});

// A sequence rises with every change of a value: what comes late is then stale, and never undoes a newer one.
const sequence = Date.now();
const values = Object.entries(sent).map(([unit, inputs]) => ({ unit, indicator, inputs, sequence }));
const body: PushWrite = { period, source, values };

const tried = report(wanted(await dti.POST("/v1/data-values", { body, params: { query: { dry_run: true } } })));
for (const effect of tried.effects) {
  const points = `${effect.points_before} → ${effect.points_after}`;
  console.log(`${effect.unit}: points ${points}, rank ${effect.rank_before} → ${effect.rank_after} (${effect.cause})`);
}

const params = { header: { "Idempotency-Key": randomUUID() } };
const done = report(wanted(await dti.POST("/v1/data-values", { body, params })));
const asTried = JSON.stringify(done.effects) === JSON.stringify(tried.effects);
console.log(`pushed: ${done.counts.updated} updated, as tried: ${asTried}`);

// Whoever got no answer sends the same again: it is answered as the first time, and done once.
const again = await dti.POST("/v1/data-values", { body, params });
const same = JSON.stringify(wanted(again)) === JSON.stringify(done);
console.log(`sent again: ${same}, replayed: ${again.response.headers.get("Idempotent-Replayed")}`);

const mine = { params: { query: { period, level, source } } };
const stored = wanted(await dti.GET("/v1/data-values/reconciliation", mine));
console.log(`what is stored is what was sent: ${stored.items.every((line) => line.hash === ownHash(line.unit))}`);

const query = { period, level, limit: 3 };
const first = await dti.GET("/v1/rankings", { params: { query } });
const ranking = wanted(first);
for (const item of ranking.items) console.log(`${item.rank}. ${item.unit.name}: ${item.points}`);
const held = { "If-None-Match": first.response.headers.get("ETag") ?? "" };
const poll = await dti.GET("/v1/rankings", { params: { query, header: held } });
console.log(`version ${ranking.version}, polled: ${poll.response.status}`);
