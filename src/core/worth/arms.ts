/**
 * The arms of the experiment: the same turns in each, and another answer to learn. A turn stands in all
 * of them or in none, so that arms differ in the answer alone.
 */
import { exportBase, learnable, type JudgedTurn } from "../dataset/export.ts";
import type { Example } from "../dataset/example.ts";
import { writeRow } from "../dataset/formats.ts";
import { winnerOf } from "../dataset/winner.ts";
import { isBenchmarkInstance } from "../sample/benchmarks.ts";
import { seededRng } from "../random.ts";

/** Whose answer an arm learns. "winner": of king and challenger the one that the panel preferred. */
export const ARMS = ["reference", "king", "challenger", "winner"] as const;
export type Arm = (typeof ARMS)[number];

/** Why a turn is in no arm. */
export const WORTH_DROPS = [
  /** Judged against the reference: there is no king to learn from. */
  "not_a_duel",
  /** As in an export: what the challenger must not teach is taught by nobody. */
  "leak",
  "secret",
  "malformed",
  /** King, challenger or reference said nothing. */
  "no_answer",
  /** Score, orders and bucket do not name one. */
  "no_winner",
  /** A test problem of a public benchmark. */
  "benchmark",
  /** The format has no place for it: a role that it does not know. */
  "unwritable",
] as const;
export type WorthDrop = (typeof WORTH_DROPS)[number];

/** A turn with an example for each arm. */
export type WorthTurn = {
  readonly id: string;
  readonly repo: string;
  readonly instance_id: string;
  readonly bucket: string;
  readonly turn: number;
  /** Characters of the history. */
  readonly length: number;
  readonly examples: Readonly<Record<Arm, Example>>;
};

export type TakenTurn =
  | { readonly ok: true; readonly turn: WorthTurn }
  | { readonly ok: false; readonly reason: WorthDrop };

/** @param allowBenchmarks whether turns of public benchmarks are trained on. */
export function worthTurn(judged: JudgedTurn, allowBenchmarks: boolean): TakenTurn {
  const out = (reason: WorthDrop): TakenTurn => ({ ok: false, reason });
  const { exported, score, secrets, bucket, file } = judged;
  if (score?.mode === 1) return out("not_a_duel");
  const fault = learnable(judged);
  if (fault === "leak" || fault === "secret" || fault === "malformed") return out(fault);
  if (secrets.opponent || secrets.reference) return out("secret");
  const { king, challenger, assistant } = exported;
  if ([king, challenger, assistant].some((text) => text.trim() === "")) return out("no_answer");
  if (!allowBenchmarks && isBenchmarkInstance(exported.instance_id)) return out("benchmark");
  const won = winnerOf(judged);
  if (!won.ok) return out("no_winner");
  const { group, ...base } = exportBase(judged, "repo");
  // Nothing of a row but its answer may tell the arms apart.
  const metadata = { ...base.metadata, models: "" };
  const example = (answer: string, said: typeof exported.king_message): Example => ({
    ...base,
    group,
    metadata,
    kind: "sft",
    answer,
    said: { answer: said },
  });
  const own = {
    reference: example(assistant, exported.assistant_message),
    king: example(king, exported.king_message),
    challenger: example(challenger, exported.challenger_message),
  };
  if (!writeRow(own.reference, "prompt-completion").ok) return out("unwritable");
  const winner = won.winner === "challenger" ? own.challenger : own.king;
  return {
    ok: true,
    turn: {
      id: file,
      repo: group,
      instance_id: exported.instance_id,
      bucket,
      turn: exported.turn ?? 0,
      length: exported.messages.reduce((sum, { content }) => sum + content.length, 0),
      examples: { ...own, winner },
    },
  };
}

export type WorthSplit = {
  readonly train: readonly WorthTurn[];
  readonly held: readonly WorthTurn[];
};

/** Whole repositories are held out, by the seed, until they hold the share of the turns. */
export function worthSplit(turns: readonly WorthTurn[], share: number, seed: number): WorthSplit {
  const byRepo = new Map<string, WorthTurn[]>();
  for (const one of turns) byRepo.set(one.repo, [...(byRepo.get(one.repo) ?? []), one]);
  const rng = seededRng(seed, "worth/held-out");
  const order = [...byRepo.keys()]
    .sort()
    .map((repo) => ({ repo, rank: rng() }))
    .sort((a, b) => a.rank - b.rank);
  const held = new Set<string>();
  let count = 0;
  for (const { repo } of order) {
    const size = byRepo.get(repo)?.length ?? 0;
    if (count >= share * turns.length || held.size >= byRepo.size - 1) break;
    held.add(repo);
    count += size;
  }
  return {
    train: turns.filter(({ repo }) => !held.has(repo)),
    held: turns.filter(({ repo }) => held.has(repo)),
  };
}
