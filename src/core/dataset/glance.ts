/**
 * What is kept of a judged turn that gave no row, so that another export need not read it again: as much as its
 * line among the skipped and the counts need, and why it gave none.
 */
import { z } from "zod";
import { BUCKETS, type Exported } from "../../records/exported.ts";
import { EXPORT_REASONS, type ExportReason, type ExportWants, type JudgedTurn } from "./export.ts";

export const glanceSchema = z.object({
  /** The one in force. */
  bucket: z.enum(BUCKETS),
  instance_id: z.string(),
  score: z.number(),
  dataset: z.string().nullable(),
  has_king: z.boolean(),
  has_challenger: z.boolean(),
  has_audit: z.boolean(),
  /** A second answer. */
  is_refined: z.boolean(),
  /** Characters of the challenger. */
  length: z.int(),
  /** Of secrets that are masked in it. */
  kinds: z.array(z.string()),
  reason: z.enum(EXPORT_REASONS),
});
export type Glance = Readonly<z.infer<typeof glanceSchema>>;

/** @param reason why it gave nothing */
export function glanceOf(
  { exported, bucket }: Pick<JudgedTurn, "exported" | "bucket">,
  kinds: Iterable<string>,
  reason: ExportReason,
): Glance {
  return {
    bucket,
    instance_id: exported.instance_id,
    score: exported.score,
    dataset: datasetOf(exported),
    has_king: exported.king !== "",
    has_challenger: exported.challenger !== "",
    has_audit: exported.audit !== undefined,
    is_refined: exported.refined_from !== undefined,
    length: exported.challenger.length,
    kinds: [...kinds],
    reason,
  };
}

/**
 * Why the turn gives no row to those who want this; null: it has to be read. A reason that was found for other
 * wants holds where it does not hang on them; a turn that was not asked for then may be asked for now.
 */
export function reasonAtAGlance(
  { bucket, reason, is_refined }: Glance,
  wants: ExportWants,
): ExportReason | null {
  // Its pair with the first answer hangs on that one, too.
  if (is_refined) return null;
  // Whose it is decides, and what holds the secret is not kept.
  if (reason === "secret") return null;
  if (FOR_ALL.has(reason)) return reason;
  if (bucket === "refined" && !wants.refined && !wants.stepwise) return "not_asked_for";
  if (wants.stepwise || (wants.sft && bucket !== "defeat")) return null;
  if (!wants.preference && !wants.negative) return "not_asked_for";
  return OF_PAIRS.has(reason) ? reason : null;
}

export const datasetOf = ({ origin }: Exported): string | null => origin?.dataset ?? null;

// ---------------------------------------------------------------------------------------------

/** Reasons that keep everybody from learning from the turn. */
const FOR_ALL: ReadonlySet<ExportReason> = new Set<ExportReason>(["leak", "malformed"]);
/** What keeps every pair from being made. */
const OF_PAIRS: ReadonlySet<ExportReason> = new Set<ExportReason>([
  "not_judged",
  "orders_disagree",
  "person_draw",
]);
