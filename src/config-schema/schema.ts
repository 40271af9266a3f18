/**
 * The settings of chain.toml: every section with its keys, types, ranges, defaults and meanings. The
 * only home of defaults; src/config.ts reads the file and names the nearest key for a misspelt one.
 */
import { z } from "zod";
import { actionsSection } from "./actions.ts";
import { auditSection } from "./audit.ts";
import { bucketSection } from "./bucket.ts";
import { budgetSection } from "./budget.ts";
import { challengerSection } from "./challenger.ts";
import { datasetSection } from "./dataset.ts";
import { duelSection } from "./duel.ts";
import { engineSection } from "./engine.ts";
import { gymSection } from "./gym.ts";
import { judgeSection } from "./judge.ts";
import { kingSection } from "./king.ts";
import { offlineSection } from "./offline.ts";
import { providerSection } from "./provider.ts";
import { protocolSection } from "./protocol.ts";
import { refineSection } from "./refine.ts";
import { reignSection } from "./reign.ts";
import { sourceSection } from "./source.ts";
import { targetSection } from "./target.ts";
import { worthSection } from "./worth.ts";
import { name } from "./ranges.ts";

export const configSchema = z.strictObject({
  source: sourceSection,
  protocol: protocolSection,
  provider: z.record(name, providerSection).default({}),
  king: kingSection,
  challenger: challengerSection,
  judge: judgeSection,
  duel: duelSection,
  audit: auditSection,
  bucket: bucketSection,
  target: targetSection,
  refine: refineSection,
  reign: reignSection,
  worth: worthSection,
  budget: budgetSection,
  engine: engineSection,
  dataset: datasetSection,
  actions: actionsSection,
  gym: gymSection,
  offline: offlineSection,
});

type Deep<T> = T extends (infer U)[]
  ? readonly Deep<U>[]
  : T extends object
    ? { readonly [K in keyof T]: Deep<T[K]> }
    : T;

export type ConfigFile = Deep<z.infer<typeof configSchema>>;
export type ProviderConfig = ConfigFile["provider"][string];
