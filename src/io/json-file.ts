/** A file that the person names by a flag, anywhere on the disk: as text, or as JSON. */
import { readFile } from "node:fs/promises";
import { UserError, errorCode, errorMessage } from "../errors.ts";
import { diskError } from "./disk-faults.ts";

/** The value of a file. @throws UserError when it is not there or is no JSON; `flag` says whose it is. */
export async function readJsonFile(path: string, flag: string): Promise<unknown> {
  const text = await readNamedFile(path, flag);
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new UserError(
      `${flag} ${path} is not JSON: ${errorMessage(error)}`,
      "fetch the file again",
      { cause: error },
    );
  }
}

/** The text of a file. @throws UserError when it is not there. */
export async function readNamedFile(path: string, flag: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw diskError(path, "read", error);
    throw new UserError(`${flag} ${path} is not there`, "check the path", { cause: error });
  }
}
