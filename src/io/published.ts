/** report/published.json: what was sent to the Hub, so that it can be named when something has to be taken out. */
import { z } from "zod";
import { openStore } from "./store.ts";

const publishedSchema = z.array(
  z.looseObject({
    /** "owner/name". */
    repo: z.string(),
    endpoint: z.string(),
    /** The set's folder, relative to the workspace, or absolute where it is outside. */
    folder: z.string(),
    /** The last commit. */
    commit: z.string(),
  }),
);
export type Published = Readonly<z.infer<typeof publishedSchema>[number]>;

const FILE = "report/published.json";

/** Repositories by their first upload; [] when nothing was sent. @throws UserError for a file that does not parse. */
export async function readPublished(root: string): Promise<readonly Published[]> {
  return (await openStore(root).readIfThere(FILE, publishedSchema)) ?? [];
}

/** Notes an upload; a later one to the same repository takes its place. */
export async function notePublished(root: string, sent: Published): Promise<void> {
  const known = await readPublished(root);
  const isSame = (one: Published): boolean =>
    one.repo === sent.repo && one.endpoint === sent.endpoint && one.folder === sent.folder;
  await openStore(root).write(FILE, [...known.filter((one) => !isSame(one)), sent]);
}
