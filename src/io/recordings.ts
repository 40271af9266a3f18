/** Reads recorded turns and replies (JSON Lines) for the offline provider. */
import { readFileSync } from "node:fs";
import type { z } from "zod";
import { UserError, errorCode, errorMessage } from "../errors.ts";

/**
 * All rows of a recording.
 * @throws UserError for a file that is missing or a line that is not what the schema says.
 */
export function readRecording<T>(path: string, schema: z.ZodType<T>): T[] {
  return readLines(path).flatMap((line, index) => {
    if (line.trim() === "") return [];
    try {
      return [schema.parse(JSON.parse(line))];
    } catch (error) {
      throw new UserError(
        `offline: ${path} line ${index + 1} is not a recording: ${errorMessage(error).split("\n")[0]}`,
        "mend or remove that line; sample/ in the project has whole ones",
        { cause: error },
      );
    }
  });
}

function readLines(path: string): string[] {
  try {
    return readFileSync(path, "utf8").split("\n");
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw error;
    throw new UserError(
      `offline: ${path} is not there`,
      "set [offline].dir in chain.toml to a folder with turns.jsonl and replies.jsonl, or name a real provider",
      { cause: error },
    );
  }
}
