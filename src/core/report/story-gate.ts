/** Header figures, and whether the challenger is accepted and why. */
import { BUCKETS } from "../../records/exported.ts";
import { bootstrapChart } from "./charts/bootstrap.ts";
import type { Block, Inline } from "./document.ts";
import { counted, decimal, percent, points, thousands, usd } from "./format.ts";
import type { ReportData } from "./report-data.ts";

export function factBlocks({ duel, rows, spending }: ReportData): Block[] {
  const inBucket = BUCKETS.map((bucket) => rows.filter((row) => row.bucket === bucket).length);
  const cost = spending.reduce((sum, entry) => sum + entry.usd, 0);
  const unpriced = spending.reduce((sum, entry) => sum + entry.unpriced, 0);
  const opponent = duel?.mode === 1 ? "reference" : "king";
  return [
    {
      kind: "facts",
      items: [
        { label: "verdict", value: verdictWord(duel?.accepted), hint: verdictHint(duel) },
        {
          label: "challenger score",
          value: points(duel?.challenger_score),
          hint:
            duel === null
              ? "not judged yet"
              : `${opponent} ${points(duel.king_score)}, margin ${points(duel.margin)}`,
        },
        {
          label: "lower bound",
          value: decimal(duel?.lcb),
          hint:
            duel === null
              ? ""
              : `at α = ${duel.look_alpha ?? duel.gate_alpha} over ${counted(duel.n_clusters, "cluster")}; has to be above 0`,
        },
        { label: "turns", value: thousands(rows.length), hint: turnHint(rows) },
        {
          label: "final · refined · defeat",
          value: inBucket.map(thousands).join(" · "),
          hint: "turns in each bucket",
        },
        {
          label: "cost",
          value: cost === 0 && unpriced > 0 ? "unpriced" : usd(cost),
          hint:
            unpriced > 0
              ? `${cost === 0 ? "" : "and "}${counted(unpriced, "call")} without a known price`
              : "all runs, failed calls included",
        },
      ],
    },
  ];
}

export function gateBlocks({ duel, config }: ReportData): Block[] {
  if (duel === null) return [];
  const chart = bootstrapChart(duel);
  const needed = config.duel.min_valid_turn_frac;
  const frac = duel.n_turns === 0 ? null : duel.n_parsed / duel.n_turns;
  const lines: Inline[] = [
    `margin ${points(duel.margin)} points, at least ${points(duel.win_margin)} needed (a challenger score of ${points(50 + duel.win_margin / 2)})`,
    `lower bound ${decimal(duel.lcb)} of the mean of (score/100 − 0.5) at α = ${duel.look_alpha ?? duel.gate_alpha}, above 0 needed; ${boundWords(duel)}`,
    ...clusterLines(duel),
    `${duel.n_parsed} of ${counted(duel.n_turns, "turn")} parsed (${percent(frac)}), at least ${percent(needed)} needed`,
    ...(duel.vote_shares == null
      ? []
      : [
          `of ${thousands(duel.n_votes ?? 0)} metric votes: ${percent(duel.vote_shares.win)} wins, ${percent(duel.vote_shares.draw)} draws, ${percent(duel.vote_shares.loss)} losses of the challenger`,
        ]),
    ...disqualifiedLines(duel),
    ...lookLines(duel),
  ];
  return [
    { kind: "heading", level: 2, text: "The gate" },
    duel.accepted === true
      ? { kind: "text", tone: "good", text: acceptedWords(duel) }
      : duel.accepted === false
        ? {
            kind: "text",
            tone: "bad",
            text: `The challenger is not accepted: ${duel.reasons.join("; ")}.`,
          }
        : {
            kind: "text",
            tone: "note",
            text: `Not decided yet${duel.reasons.length > 0 ? `: ${duel.reasons.join("; ")}` : ""}.`,
          },
    { kind: "list", items: lines },
    ...(chart === null ? [] : [{ kind: "picture", file: "bootstrap.svg", chart } as const]),
    ...((duel.warnings ?? []).length === 0
      ? []
      : [
          { kind: "heading", level: 3, text: "To know before believing it" } as const,
          { kind: "list", items: duel.warnings ?? [] } as const,
        ]),
  ];
}

// ---------------------------------------------------------------------------------------------

type Duel = NonNullable<ReportData["duel"]>;

function verdictWord(accepted: boolean | null | undefined): string {
  return accepted === true ? "accepted" : accepted === false ? "not accepted" : "not decided";
}

/** An acceptance stands when alpha is spent, whatever other verdicts say since. */
const isOfEarlierLook = (duel: ReportData["duel"]): boolean => duel?.look === "nothing_left";

const acceptedWords = (duel: Duel): string =>
  isOfEarlierLook(duel)
    ? "The challenger was accepted by an earlier look, at other verdicts than these: alpha is spent, and what that look said stands."
    : "The challenger is accepted.";

function verdictHint(duel: ReportData["duel"]): string {
  const accepted = duel?.accepted;
  return accepted === true
    ? isOfEarlierLook(duel)
      ? "by an earlier look, see the gate below"
      : "the challenger is reliably better"
    : accepted === false
      ? "see the gate below"
      : "verdicts are missing";
}

function turnHint(rows: ReportData["rows"]): string {
  const of = (state: string): number => rows.filter((row) => row.state === state).length;
  const parts = [
    ["pending", of("pending")],
    ["not parsed", of("unparsed")],
    ["not scored", of("unscored")],
  ] as const;
  const words = parts.filter(([, n]) => n > 0).map(([word, n]) => `${n} ${word}`);
  return [`${of("scored")} with a score`, ...words].join(", ");
}

function boundWords(duel: Duel): string {
  const over = `${counted(duel.n_clusters, "cluster")} (${duel.cluster_by ?? "instance_id"})`;
  return duel.lcb_half_sample == null && duel.lcb_bootstrap_t == null
    ? `over ${over}`
    : `over ${over}: half-samples ${decimal(duel.lcb_half_sample)}, studentized bootstrap ${decimal(duel.lcb_bootstrap_t)}; the smaller decides`;
}

/** What the clusters are worth, and the bounds that are shown beside the one that decides. */
function clusterLines(duel: Duel): string[] {
  const shares = (["repo", "instance"] as const).flatMap((unit) => {
    const found = duel.icc?.[unit];
    return found == null
      ? []
      : [
          `${unit === "repo" ? "repositories" : "instances"} ${decimal(found.value)} (95 %: ${decimal(found.interval[0])} to ${decimal(found.interval[1])})`,
        ];
  });
  return [
    `beside it, deciding nothing: over instances ${decimal(duel.lcb_instance)}; over turns, as if they were independent ${decimal(duel.lcb_plain)}`,
    ...(duel.n_effective_clusters === undefined
      ? []
      : [
          `the clusters are worth ${duel.n_effective_clusters.toFixed(1)} of equal size; skewness of their sums ${decimal(duel.skewness)}`,
        ]),
    ...(shares.length === 0
      ? []
      : [`share of the variance of turn scores between ${shares.join(", ")}`]),
  ];
}

/** What the looks at the gate have cost, and what is left. */
function lookLines(duel: Duel): string[] {
  if (duel.plan === undefined)
    return duel.looks > 1 ? [`this is look ${duel.looks} at the gate`] : [];
  if (duel.plan === "open") {
    return [
      `no end is planned: a bet against "no better" stands at ${decimal(duel.e_value)} and accepts at ${Math.round(1 / duel.gate_alpha)}; it may be looked at whenever one likes`,
    ];
  }
  const paid = duel.spending?.looks.length ?? 0;
  return [
    `${counted(paid, "paid look")} at ${counted(duel.plan, "planned turn")} (t = ${decimal(duel.t)}): of α = ${duel.gate_alpha}, ${decimal(duel.alpha_spent)} is spent and ${decimal(duel.alpha_left)} is left` +
      (duel.looks > paid
        ? `; the gate was computed ${counted(duel.looks, "time")} on other turns or settings`
        : ""),
  ];
}

function disqualifiedLines(duel: Duel): string[] {
  if (duel.n_disqualified === 0) return [];
  const kinds = Object.entries(duel.disqualified ?? {})
    .map(([reason, n]) => `${reason} ${n}`)
    .join(", ");
  const without = duel.without_disqualified;
  return [
    `${counted(duel.n_disqualified, "turn")} lost before a judge was asked${kinds === "" ? "" : ` (${kinds})`}; counted as score 0` +
      (without === undefined
        ? ""
        : `. Without them: challenger score ${points(without.challenger_score)}, margin ${points(without.margin)}, bound ${decimal(without.lcb)}`),
  ];
}
