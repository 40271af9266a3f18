/** A JSON file that the person names by a flag, anywhere on the disk. */
import { readFile } from "node:fs/promises";
import { UserError, errorCode, errorMessage } from "../errors.ts";
import { diskError } from "./disk-faults.ts";

/** The value of a file. @throws UserError when it is not there or is no JSON; `flag` says whose it is. */
export async function readJsonFile(path: string, flag: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw diskError(path, "read", error);
    throw new UserError(`${flag} ${path} is not there`, "check the path", { cause: error });
  }
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
