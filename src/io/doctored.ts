/** report/doctor.json: what the doctor found of the models of a workspace, read back by those who ask them. */
import type { Said } from "../calls/manner.ts";
import { doctorSchema, type DoctorRecord } from "../records/doctor.ts";
import type { ModelRef } from "../work.ts";
import type { Store } from "./store.ts";

const FILE = "report/doctor.json";

/** What is said of a model; null where the doctor was not asked, or could not tell. */
export async function openDoctored(store: Store): Promise<(model: ModelRef) => Said | null> {
  const found = await store.readIfThere(FILE, doctorSchema);
  const models = new Map(found?.models.map((one) => [nameOf(one), one.calls]));
  return (model) => {
    const calls = models.get(nameOf(model));
    return calls === undefined || calls === "unknown" ? null : { native: calls === "carried" };
  };
}

export async function writeDoctored(store: Store, record: DoctorRecord): Promise<void> {
  await store.write(FILE, record);
}

// ---------------------------------------------------------------------------------------------

const nameOf = ({ provider, model }: ModelRef): string => `${provider} ${model}`;
