/** Reads that a page can do without. */
import { UserError } from "../errors.ts";

/** A broken score or review is named by the catalog; the page goes on without it. */
export async function readable<T>(reading: Promise<T | null>): Promise<T | null> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}
