/** What is thrown of a file that is there and not what a stage wrote, apart from what the disk reports. */
import { UserError } from "../errors.ts";

/** A file of the workspace that is not JSON, or of another shape. */
export class BrokenFile extends UserError {
  /** Relative to the workspace. What the message says beside it may quote the file. */
  readonly file: string;

  constructor(file: string, message: string, hint: string, options?: { cause?: unknown }) {
    super(message, hint, options);
    this.file = file;
  }
}

/** What was read; null where a file is broken, which is noted in `broken`: the stage goes on without it. */
export async function unlessBroken<T>(
  broken: Set<string>,
  read: () => Promise<T>,
): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof BrokenFile)) throw error;
    broken.add(error.file);
    return null;
  }
}
