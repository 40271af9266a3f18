/** Taken turns as examples of the three sets, in the shape that the spine of all builders takes. */
import type { Built, Example, Metadata } from "../dataset/example.ts";
import type { Format } from "../dataset/format-names.ts";
import { modelNames, withProvenance } from "../dataset/provenance.ts";
import type { LabelDrop } from "../label/choice.ts";
import type { RunLabel } from "../../records/prompt.ts";
import { historyOf, typeOf, type ActionEvent } from "./events.ts";
import type { Rejected } from "./rejected.ts";
import { ACTION_TYPES, type ActionType } from "./types.ts";

/** The hint that closes the prompts of proposer and eval; it stands in no history. */
export const NEXT_ACTION_QUESTION = `What is the next action? First line: "ACTION: " and its type, one of ${ACTION_TYPES.join(", ")}. Then the turn itself.`;

/** History and question -> type and turn. Eval has the same shape: its `action_type` is the gold label. */
export function proposerExample(
  event: ActionEvent,
  group: string,
  answer: Pick<Example, "label"> & { readonly kind: "sft" | "negative" } = { kind: "sft" },
): Built {
  const type = typeOf(event);
  return {
    ok: true,
    example: {
      ...answer,
      prompt: [...historyOf(event), { role: "user", content: NEXT_ACTION_QUESTION }],
      answer: `ACTION: ${type}\n\n${event.content}`,
      group,
      metadata: metadataOf(event, type),
    },
  };
}

/** How the turn's run ended, or that the turn won its duel. @param beaten ids of turns that did. */
export function labelOfTurn(
  { rollout }: ActionEvent,
  beaten: ReadonlyMap<string, unknown>,
): RunLabel {
  if (rollout.resolved === null) return beaten.has(rollout.id) ? "SUCCESS" : "UNKNOWN";
  return rollout.resolved ? "SUCCESS" : "FAILURE";
}

/** A turn that gives no row. */
export function skippedTurn(
  { rollout, content }: ActionEvent,
  reason: LabelDrop | "no_other_action",
): Built {
  return {
    ok: false,
    skip: {
      instance_id: rollout.instance_id,
      reason,
      source_fields: { has_resolved: rollout.resolved !== null },
      length: content.length,
    },
  };
}

/** History -> the action taken in a resolved run (or the one that won), against another one. */
export function verifierExample(
  event: ActionEvent,
  group: string,
  rejected: Rejected | null,
): Built {
  const type = typeOf(event);
  if (rejected === null) return skippedTurn(event, "no_other_action");
  return {
    ok: true,
    example: {
      kind: "preference",
      prompt: historyOf(event),
      chosen: event.content,
      rejected: rejected.content,
      group,
      metadata: {
        ...metadataOf(event, type),
        models: modelNames(event.rollout.model, rejected.model),
        rejected_type: rejected.action_type,
        rejected_origin: rejected.origin,
        synthetic_kind: rejected.synthetic_kind ?? "",
      },
    },
  };
}

/** Of the formats asked for, those that hold an answer; preference pairs have a set of their own. */
export function proposerFormats(asked: readonly Format[]): readonly Format[] {
  const fit = asked.filter((format) => format !== "preference");
  return fit.length > 0 ? fit : ["prompt-completion"];
}

// ---------------------------------------------------------------------------------------------

/** Where a row comes from; the same keys in every row of a set. */
function metadataOf(event: ActionEvent, type: ActionType): Metadata {
  const { rollout, turn } = event;
  return withProvenance(
    {
      source: rollout.source,
      instance_id: rollout.instance_id,
      repo: rollout.repo,
      rollout: rollout.id,
      // True only where the run says so; the label tells a failure from a run that says nothing.
      resolved: rollout.resolved === true,
      label: rollout.resolved === null ? "UNKNOWN" : rollout.resolved ? "SUCCESS" : "FAILURE",
      action_type: type,
    },
    {
      run: rollout.run ?? "",
      turn,
      origin: rollout.origin ?? "",
      models: modelNames(rollout.model),
    },
  );
}
