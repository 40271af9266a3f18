/**
 * Refusals as services, gateways, servers and proxies word them. Where words do not settle it, evidence
 * has to: an unclear refusal is the settings' when all items meet it and the item's when it alone does.
 */
import { expect, test } from "vitest";
import { readAnswer } from "../../../src/core/retry/answer.ts";
import { blameOf } from "../../../src/core/retry/blame.ts";
import { mendOf } from "../../../src/core/retry/mend.ts";
import { refusals, type Refused } from "../../support/refusals.ts";
import { faultOf } from "../../support/fault.ts";

const FITS: Readonly<Record<string, readonly string[]>> = {
  settings: ["settings", "quota", "unclear"],
  context: ["context"],
  item: ["content", "unclear"],
  retry: ["passing", "rate", "loading"],
};

function faultFrom({ status, body, headers = {} }: Refused): ReturnType<typeof faultOf> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const exchange = { status, headers, text, broken: null, retry_after_ms: null };
  const reading = readAnswer(exchange, typeof body === "string" ? null : body);
  if (reading.ok) throw new Error("a refusal was read as an answer");
  return reading.fault;
}

test.each([...refusals("recorded"), ...refusals("made")].map((row) => [row.who, row] as const))(
  "%s: whose fault it is",
  (_who, row) => {
    const fitting = row.want.split("|").flatMap((want) => FITS[want] ?? []);
    expect(fitting).toContain(blameOf(faultFrom(row)));
  },
);

const where = { provider: "p", model: "m", role: "king", key_env: "P_KEY" } as const;
test.each([
  ["http_401", "bad key", /look at the key in P_KEY \(\[provider\.p\]\.api_key_env\)/],
  ["http_402", "Insufficient Balance", /nothing is left to spend at p: top it up/],
  ["http_404", "The model `m` does not exist", /look at \[king\]\.model \(it says m\)/],
  ["http_404", "Not Found", /\[king\]\.model \(it says m\) and at \[provider\.p\]\.base_url/],
  ["http_405", "Not Allowed", /look at \[provider\.p\]\.base_url/],
  ["http_407", "login", /HTTP_PROXY, HTTPS_PROXY and NO_PROXY/],
  ["connect", "Proxy response (503)", /HTTP_PROXY, HTTPS_PROXY and NO_PROXY/],
  [
    "http_500",
    "InternalServerError: Connection error. No fallback set; proxy router_settings.fallbacks",
    /the gateway at \[provider\.p\]\.base_url answers, the server behind it does not/,
  ],
  ["http_502", "Bad Gateway", /the server behind it does not/],
  ["http_400", "temperature must be 1", /set \[king\]\.temperature = "default"/],
  ["http_400", "use max_completion_tokens", /max_tokens_field = "max_completion_tokens"/],
  ["http_400", "Roles must alternate", /\[provider\.p\]\.system_role = "user"/],
  ["http_422", "Unexpected fields: {'top_k'}", /\[provider\.p\]\.body or name it in exclude_body/],
  ["http_400", '"auto" tool choice requires a flag', /\[protocol\]\.native = false/],
  ["http_403", "Country not supported", /does not serve this place/],
  ["connect", "connect ECONNREFUSED", /nothing answers at \[provider\.p\]\.base_url/],
  ["timeout", "", /\[provider\.p\]\.base_url took the question .*\[provider\.p\]\.timeout_s/],
  ["http_400", "no", /`npm run doctor` tries each model/],
] as const)("after %s, %s, the person is told which key to look at", (kind, message, told) => {
  expect(mendOf(faultOf(kind, { message }), where)).toMatch(told);
});

test("a judge's refusal names the panel, a ranker's and a grounding model's their own keys", () => {
  const fault = faultOf("http_404", { message: "no such model" });
  expect(mendOf(fault, { ...where, role: "judge" })).toContain("[judge].models");
  expect(mendOf(fault, { ...where, role: "ranker" })).toContain("[challenger].rank_model");
  expect(mendOf(fault, { ...where, role: "grounding" })).toContain("[audit].grounding_model");
});
