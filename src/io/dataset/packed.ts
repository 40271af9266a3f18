/** A text as gzip in base64, for a page that unpacks it itself. */
import { promisify } from "node:util";
import { gzip } from "node:zlib";

const zip = promisify(gzip);

/** The same bytes for the same text. */
export async function packed(text: string): Promise<string> {
  return (await zip(text, { level: 9 })).toString("base64");
}
