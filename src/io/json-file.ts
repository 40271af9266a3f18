/** A file that the person names by a flag, anywhere on the disk: as text, or as JSON. */
import { readFile } from "node:fs/promises";
import { UserError, errorCode, errorMessage } from "../errors.ts";
import { diskError } from "./disk-faults.ts";

export type NamedFile = {
  /** Whose path it is: "--tokenizer". */
  readonly flag: string;
  /** What should have been named: "a tokenizer.json". */
  readonly wanted: string;
};

/** The value of a file. @throws UserError when it is not there, is a folder or is no JSON. */
export async function readJsonFile(path: string, { flag, wanted }: NamedFile): Promise<unknown> {
  const text = await readNamedFile(path, { flag, wanted });
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new UserError(
      `${flag} ${path} is not JSON: ${errorMessage(error)}`,
      `name ${wanted}; if it is one, fetch it again`,
      { cause: error },
    );
  }
}

/** The text of a file. @throws UserError when it is not there, or is a folder. */
export async function readNamedFile(path: string, { flag, wanted }: NamedFile): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const code = errorCode(error);
    if (code === "EISDIR") {
      throw new UserError(`${flag} ${path} is a folder`, `name ${wanted} in it`, { cause: error });
    }
    if (code !== "ENOENT" && code !== "ENOTDIR") throw diskError(path, "read", error);
    throw new UserError(`${flag} ${path} is not there`, `check the path; name ${wanted}`, {
      cause: error,
    });
  }
}
