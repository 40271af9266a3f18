/** Which key of chain.toml to look at after a refusal, in a line for the person. */
import type { Mending, Setting } from "../../calls/decision.ts";
import type { Fault } from "../../calls/exchange.ts";
import type { Role } from "../../work.ts";
import { blameOf } from "./blame.ts";

/** What to change: in the setting that the call was made by, or at its provider. */
export function mendOf(fault: Fault, where: Mending): string {
  const { provider, model, role, key_env } = where;
  const words = `${fault.code} ${fault.message}`;
  const at = `[provider.${provider}]`;
  const { setting = SETTINGS[role] } = where;
  const key =
    key_env === null
      ? `${at} names no api_key_env: add it if the service wants a key, or headers_env`
      : `look at the key in ${key_env} (${at}.api_key_env) and whether it may use ${model}`;
  if (blameOf(fault) === "quota") {
    return `nothing is left to spend at ${provider}: top it up, raise the limit there, or name another provider in ${setting.provider}`;
  }
  if (blameOf(fault) === "content") {
    return `the content of one item after another is refused: look at the filter of the account, of the deployment or in ${at}.body, or name another provider in ${setting.provider}; [source].exclude_ids leaves single instances out`;
  }
  // A gateway may speak of itself as a proxy: it is this machine's own only where no service answered.
  const isUnheard = fault.status === null || fault.kind === "connect";
  if (fault.status === 407 || (isUnheard && /\bproxy\b/i.test(words))) {
    return "look at HTTP_PROXY, HTTPS_PROXY and NO_PROXY in the environment or .env";
  }
  if ((fault.status ?? 0) >= 500 && BEHIND.test(words)) {
    return `the gateway at ${at}.base_url answers, the server behind it does not: look whether that one runs`;
  }
  if (fault.kind === "connect") {
    return `nothing answers at ${at}.base_url: look whether it is right and the server runs`;
  }
  if (NO_ANSWER.has(fault.kind)) {
    return `the server at ${at}.base_url took the question and did not answer it: try again later, or raise ${at}.timeout_s`;
  }
  if (fault.status === 401 || /api[ _-]?key|authenticat|unauthori|no_db_connection/i.test(words)) {
    return key;
  }
  const place = RULES.find(([pattern]) => pattern.test(words));
  if (place !== undefined) return place[1](where, setting);
  if (fault.kind === "html" || fault.status === 405 || isRedirect(fault)) return addressOf(at);
  if (fault.status === 404) {
    return `look at ${setting.model} (it says ${model}) and at ${at}.base_url`;
  }
  if (fault.status === 403) return key;
  return `look at ${setting.model}, its parameters and ${at}; \`npm run doctor\` tries each model and says what it refuses`;
}

// ---------------------------------------------------------------------------------------------

/** What gateways say of a server behind them that is not there. */
const BEHIND =
  /connection ?error|connection refused|cannot connect|connect call failed|ECONNREFUSED|fetch failed|upstream|bad gateway|no healthy/i;

const NO_ANSWER: ReadonlySet<Fault["kind"]> = new Set([
  "reset",
  "reset_body",
  "timeout",
  "timeout_body",
]);

/** Where they stand as long as nobody says otherwise. */
const SETTINGS: Readonly<Record<Role, Setting>> = {
  king: plain("[king]", "model"),
  challenger: plain("[challenger]", "model"),
  judge: plain("[judge]", "models"),
  ranker: beside("[challenger].rank_model"),
  grounding: beside("[audit].grounding_model"),
};

function plain(section: string, model: string): Setting {
  return {
    model: `${section}.${model}`,
    provider: `${section}.provider`,
    temperature: `${section}.temperature`,
    max_tokens: `${section}.max_tokens`,
  };
}

/** Who is asked beside the challenger has its temperature, and the limit of a judge that thinks. */
function beside(model: string): Setting {
  const challenger = plain("[challenger]", "model");
  return { ...challenger, model, max_tokens: "[judge].thinking_max_tokens" };
}

const addressOf = (at: string): string =>
  `look at ${at}.base_url: it should end where /chat/completions begins, often in /v1`;

const isRedirect = ({ status }: Fault): boolean => status !== null && status >= 300 && status < 400;

type Rule = readonly [RegExp, (where: Mending, setting: Setting) => string];

const RULES: readonly Rule[] = [
  [
    /country|\bregion\b|territory|user location/i,
    ({ provider }) =>
      `the service does not serve this place: another [provider.${provider}].base_url, or another provider`,
  ],
  [
    /config header|provider header|header .{0,40}(?:required|missing)|missing .{0,40}header/i,
    ({ provider }) => `add the header that it names to [provider.${provider}].headers`,
  ],
  [
    /only user and assistant|system (?:role|message|prompt)|developer instruction/i,
    ({ provider }) => `set [provider.${provider}].system_role = "user"`,
  ],
  [
    /alternate|consecutive|roles? must|jinja|template/i,
    ({ provider }) =>
      `its chat template is strict: [provider.${provider}].system_role = "user" puts the system text before the first user message`,
  ],
  [
    /temperature/i,
    (_where, setting) => `set ${setting.temperature} = "default", which leaves it out`,
  ],
  [
    /max_completion_tokens/i,
    ({ provider }) =>
      `set [provider.${provider}].max_tokens_field = "max_completion_tokens", and look at max_tokens`,
  ],
  [/max_?(?:new_|output_)?tokens/i, (_where, setting) => `lower ${setting.max_tokens}`],
  [
    /tool[ _-](?:choice|call)|tool use|function call|support tools/i,
    () =>
      "the server does not carry tool calls: start it with its tool-call flags, or set [protocol].native = false",
  ],
  [
    /unexpected|unknown|unrecogni[sz]ed|extra (?:fields|inputs)|not permitted|unsupported (?:parameter|value|field)|not supported/i,
    ({ provider }, setting) =>
      `take the field out of [provider.${provider}].body or name it in exclude_body; else look at ${setting.model}`,
  ],
  [
    /model|deployment|alias|endpoint|adapter/i,
    ({ provider, model }, setting) =>
      `look at ${setting.model} (it says ${model}) and [provider.${provider}]`,
  ],
];
