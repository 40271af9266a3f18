/** What a person typed at a question, as values. */
import { UserError } from "../../errors.ts";
import { nearestName } from "../text/nearest.ts";

/** null for nothing. @throws UserError for what is no number above 0. */
export function numberSaid(said: string): number | null {
  if (said.trim() === "") return null;
  const number = Number(
    said
      .trim()
      .replace(/^\$/, "")
      .replaceAll(/[_,](?=\d{3})/g, ""),
  );
  if (Number.isFinite(number) && number > 0) return number;
  throw new UserError(`init: "${said.trim()}" is no number above 0`, "write it like 20 or 2.5");
}

/** Words between commas. */
export function wordsSaid(said: string): string[] {
  return said
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");
}

/** A known name, or the address of a server, which is called "mine". @throws UserError for neither. */
export function providerSaid(
  said: string,
  known: readonly string[],
): { readonly provider: string; readonly baseUrl: string | null } {
  const word = said.trim();
  if (/^https?:\/\//.test(word)) return { provider: "mine", baseUrl: word.replace(/\/+$/, "") };
  if (known.includes(word)) return { provider: word, baseUrl: null };
  const near = nearestName(word, known);
  throw new UserError(
    `init: "${word}" is no provider that is known and no address`,
    near === null || word === ""
      ? `one of ${known.join(", ")}, or an address such as http://127.0.0.1:8000/v1`
      : `did you mean ${near}? An address begins with http:// or https://`,
  );
}
