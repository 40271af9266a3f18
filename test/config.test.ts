import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadConfig, parseConfig } from "../src/config.ts";
import { configKeys } from "../src/config/keys.ts";
import { askedModels, judgePanel, usedProviders } from "../src/config/models.ts";
import { tempProject } from "./support/project.ts";

test("without chain.toml every value has its default", () => {
  const config = loadConfig(tempProject(), {});
  expect(config.source.count).toBe(2000);
  expect(config.bucket).toEqual({ by: "score", final_min: 80, defeat_max: 66 });
  expect(config.provider["chutes"]?.base_url).toBe("https://llm.chutes.ai/v1");
  expect(judgePanel(config).map((judge) => judge.thinking)).toEqual([false, true, true]);
});

test.each([
  [
    "a syntax error",
    "[duel]\nmode = \n",
    /chain\.toml line 2, column \d+ is not valid TOML/,
    /npm run config/,
  ],
  [
    "an unknown key",
    "[duel]\nwin_margn = 2\n",
    /chain\.toml line 2: unknown key \[duel\]\.win_margn/,
    /did you mean win_margin\?/,
  ],
  ["an unknown section", "[jugde]\n", /unknown key jugde/, /did you mean judge\?/],
  [
    "a wrong type",
    '[duel]\nwin_margin = "high"\n',
    /line 2: \[duel\]\.win_margin is "high"; .*expected number/,
    /npm run config/,
  ],
  [
    "a wrong range",
    "[bucket]\nfinal_min = 120\n",
    /line 2: \[bucket\]\.final_min is 120; .*<=100/,
    /npm run config/,
  ],
  [
    "limits that cross",
    "[bucket]\ndefeat_max = 90\n",
    /defeat_max is 90, over final_min 80/,
    /at most final_min/,
  ],
  [
    "the same judge twice",
    '[judge]\nmodels = ["a", "b", "a"]\n',
    /names a twice/,
    /name every judge once/,
  ],
  ["no judge", "[judge]\nmodels = []\n", /needs at least one judge/, /npm run config/],
  [
    "an impossible quorum",
    '[judge]\nmodels = ["a"]\n',
    /quorum is 2, but the panel has 1 judge/,
    /at most 1/,
  ],
  [
    "more judges a turn than the panel has",
    '[judge]\npanel = "sequential"\nmax_judges = 4\n',
    /line 3: \[judge\]\.max_judges is 4, but the panel has 3 judges/,
    /name more judges in \[judge\]\.models, or set max_judges to at most 3/,
  ],
  [
    "a least of judges over their most",
    '[judge]\npanel = "sequential"\nmin_judges = 3\nmax_judges = 2\n',
    /line 3: \[judge\]\.min_judges is 3, and a turn is put before 2 at most/,
    /set min_judges to at most 2, or name more judges/,
  ],
  [
    "a single judge for most turns",
    '[judge]\npanel = "sequential"\nmin_judges = 1\n',
    /\[judge\]\.min_judges is 1; needs at least two judges/,
    /npm run config/,
  ],
  [
    "fewer judges a turn than its quorum",
    '[judge]\npanel = "sequential"\nquorum = 3\n',
    /\[judge\]\.min_judges is 2, under quorum 3/,
    /raise min_judges, or lower quorum/,
  ],
  [
    "a certainty that is none",
    '[judge]\npanel = "sequential"\ncertainty = 98\n',
    /\[judge\]\.certainty is 98/,
    /npm run config/,
  ],
  [
    "a fixed order of a sequential panel",
    '[judge]\npanel = "sequential"\norders = "fixed"\n',
    /line 3: \[judge\]\.orders = "fixed" does not go with panel = "sequential"/,
    /asks each judge in one random order/,
  ],
  [
    "a sequential panel that sorts by decisive votes",
    '[judge]\npanel = "sequential"\n[bucket]\nby = "decisive"\n',
    /line 2: \[judge\]\.panel = "sequential" reckons the chance of a score, and \[bucket\]\.by is "decisive"/,
    /set \[bucket\] by = "score" or "posterior"/,
  ],
  [
    "a lazy panel that sorts by posterior",
    '[judge]\npanel = "lazy"\n[bucket]\nby = "posterior"\n',
    /line 2: \[judge\]\.panel = "lazy" saves calls that could not change a score's bucket/,
    /set panel = "sequential" or "full", or \[bucket\] by = "score"/,
  ],
  [
    "an unknown provider",
    '[king]\nprovider = "chute"\n',
    /no section \[provider\.chute\]/,
    /did you mean chutes\?/,
  ],
])("chain.toml with %s is an error that names the remedy", (_name, text, message, hint) => {
  const root = tempProject({ "chain.toml": text });
  expect(() => loadConfig(root, {})).toThrow(
    expect.objectContaining({
      name: "UserError",
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    }),
  );
});

test("the environment wins over .env, and .env over nothing", () => {
  const root = tempProject();
  writeFileSync(join(root, ".env"), "CHUTES_API_KEY=from-file\nHF_TOKEN=file-token\n");
  const config = loadConfig(root, { CHUTES_API_KEY: "from-environment" });
  expect(config.env["CHUTES_API_KEY"]).toBe("from-environment");
  expect(config.env["HF_TOKEN"]).toBe("file-token");
});

test("DUEL_MODE overrules chain.toml and refuses anything but 1 and 2", () => {
  const root = tempProject({ "chain.toml": "[duel]\nmode = 2\n" });
  expect(loadConfig(root, { DUEL_MODE: "1" }).duel.mode).toBe(1);
  expect(() => loadConfig(root, { DUEL_MODE: "3" })).toThrow(/DUEL_MODE is "3"/);
});

test("chain.toml in the project shows every key, and what it shows is the default", () => {
  const text = readFileSync("chain.toml", "utf8");
  const shown = new Set<string>();
  let section = "";
  for (const line of text.split("\n")) {
    const header = /^(?:# )?\[([\w.]+)\]$/.exec(line);
    if (header !== null) section = (header[1] ?? "").replace(/^provider\.\w+$/, "provider.NAME");
    const key = /^(?:# )?(\w+) = /.exec(line)?.[1];
    if (key !== undefined) shown.add(`${section}.${key}`);
  }
  expect([...configKeys()].filter((key) => !shown.has(key))).toEqual([]);
  expect([...shown].filter((key) => !configKeys().includes(key))).toEqual([]);
  expect(parseConfig(text, "chain.toml")).toEqual(parseConfig("", "chain.toml"));

  const uncommented = text.replace(/^# (?=\w+ = |\[)/gm, "").replace(/^\[provider[^]*?\n\n/m, "\n");
  const defaults = parseConfig("", "chain.toml");
  const said = parseConfig(uncommented, "chain.toml");
  expect(said.king).toEqual(defaults.king);
  expect(said.judge).toEqual(defaults.judge);
  expect(said.duel).toEqual(defaults.duel);
  expect(said.bucket).toEqual(defaults.bucket);
  expect(said.source).toMatchObject(defaults.source);
  expect(said.challenger).toMatchObject(defaults.challenger);
  expect(said.audit).toMatchObject(defaults.audit);
  expect(said.dataset).toMatchObject(defaults.dataset);
});

test("one list has every model that any place of chain.toml names, with its role", () => {
  const names = ["a", "b", "c", "d", "e", "f", "g", "h"];
  const sections = names
    .map((name) => `[provider.${name}]\nbase_url = "http://127.0.0.1:1/v1"\n`)
    .join("");
  const config = parseConfig(
    `${sections}
[king]
provider = "a"
model = "k"
fallback = [{ model = "kf", provider = "b" }]
[challenger]
provider = "c"
model = "ch"
strategy = "select"
rank_model = { model = "r", provider = "d" }
[audit]
grounding_model = { model = "g", provider = "e" }
[refine]
model = { model = "rf", provider = "f" }
[judge]
provider = "g"
models = ["j1", "j2", "j3"]
[worth]
judges = [{ model = "w", provider = "h" }]
`,
    "chain.toml",
  );
  expect(askedModels(config).map(({ role, model }) => `${role} ${model}`)).toEqual([
    "king k",
    "king kf",
    "challenger ch",
    "ranker r",
    "grounding g",
    "challenger rf",
    "judge j1",
    "judge j2",
    "judge j3",
    "judge w",
  ]);
  expect([...usedProviders(config)].sort()).toEqual(names);
});
