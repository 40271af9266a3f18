/** The packages that tasks are made from: each release pinned by the hash of its archive. */
import { z } from "zod";
import { GYM_LANGUAGES, type GymLanguage } from "../../records/gym-task.ts";
import { RUNNERS } from "./results.ts";
import pinned from "./packages.json" with { type: "json" };

const packageSchema = z.strictObject({
  language: z.enum(GYM_LANGUAGES),
  name: z.string(),
  version: z.string(),
  /** Of the archive: "sha256-<hex>" (PyPI's source distribution), "sha512-<base64>" (npm). */
  hash: z.string().regex(/^(?:sha256-[0-9a-f]{64}|sha512-[A-Za-z0-9+/]{86}==)$/),
  /** SPDX identifier; permissive ones alone. */
  licence: z.string(),
  runner: z.enum(RUNNERS),
  /** A release before it whose code fails some of its tests: what was changed since is taken back, as faults. */
  older: z.strictObject({ version: z.string(), hash: z.string() }).optional(),
  /** What its tests need beside its own dependencies, with exact versions. JavaScript. */
  needs: z.array(z.string()).default([]),
  /** Files that are tests, for the runners of JavaScript; [] for pytest, which finds them. */
  tests: z.array(z.string()).default([]),
});
export type GymPackage = Readonly<z.infer<typeof packageSchema>>;

/** Languages by turns, so that the first ten are of both. */
export const PACKAGES: readonly GymPackage[] = byTurns(z.array(packageSchema).parse(pinned));

/** "python-toolz-1.2.0": its folder. */
export function packageKey({ language, name, version }: GymPackage): string {
  return `${language}-${name.replaceAll("/", "_")}-${version}`;
}

/** What ranges of dependencies mean: the newest of that day. */
export const AS_OF = "2026-11-01";

/** The modules of its runner, at versions that stand still. */
export function mainOfRunner({ runner }: Pick<GymPackage, "runner">): readonly string[] {
  if (runner === "tap") return ["tape@5.9.0"];
  return runner === "mocha" || runner === "mocha-tdd" ? ["mocha@10.8.2"] : [];
}

// ---------------------------------------------------------------------------------------------

function byTurns(all: readonly GymPackage[]): GymPackage[] {
  const of = (language: GymLanguage): GymPackage[] =>
    all.filter((one) => one.language === language);
  const [python, javascript] = [of("python"), of("javascript")];
  return Array.from({ length: Math.max(python.length, javascript.length) }, (_, at) => [
    python[at],
    javascript[at],
  ])
    .flat()
    .filter((one) => one !== undefined);
}
