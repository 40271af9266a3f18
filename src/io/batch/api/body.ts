/** The body of a POST that carries its requests itself, made in a file: 200 MB are not held at once. */
import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { diskError } from "../../disk-faults.ts";
import { parseLine, readLines } from "../../jsonl.ts";

/**
 * Writes it beside the request file; gives its path.
 * @param fields stand before the requests
 * @param name what a request's body is called there
 */
export async function writeBody(
  requests: string,
  fields: Readonly<Record<string, unknown>>,
  name: "body" | "params",
): Promise<string> {
  const path = `${requests}.${process.pid}.0.tmp`;
  const file = createWriteStream(path);
  await pipeline(Readable.from(pieces(requests, fields, name)), file).catch((error: unknown) => {
    throw diskError(path, "write", error);
  });
  return path;
}

// ---------------------------------------------------------------------------------------------

async function* pieces(
  requests: string,
  fields: Readonly<Record<string, unknown>>,
  name: string,
): AsyncGenerator<string> {
  yield `${JSON.stringify({ ...fields, requests: [] }).slice(0, -2)}`;
  let comma = "";
  for await (const { bytes } of readLines(requests)) {
    const line = parseLine(bytes);
    if (!line.ok) throw new Error(`batch: ${requests} has a line that is no JSON: ${line.why}`);
    const { custom_id, body } = line.value;
    yield `${comma}${JSON.stringify({ custom_id, [name]: body })}`;
    comma = ",";
  }
  yield "]}";
}
