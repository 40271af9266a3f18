/** What panel and outcomes say of one turn. */
import type { Audit } from "../../records/answer.ts";
import type { Bucket } from "../../records/exported.ts";

/** A duelled turn with outcomes of both answers. */
export type TruthTurn = {
  readonly cluster: string;
  /** The challenger's and its opponent's rollouts. */
  readonly challenger: { readonly k: number; readonly passes: number };
  readonly opponent: { readonly k: number; readonly passes: number };
  /** Pass rate of the challenger minus the opponent's, -1..1. */
  readonly difference: number;
  /** 0..100 each, challenger's view; by "panel", judge and metric. */
  readonly scores: ReadonlyMap<string, number>;
  readonly bucket: Bucket | null;
  readonly audit: Audit["verdict"] | null;
  /** The challenger's answer names what its history has not shown. */
  readonly namesSolution: boolean;
};
