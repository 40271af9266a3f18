/** `npm run soak:torn` does the same as often as one likes. */
import { expect, test } from "vitest";
import { tornBy, WRITERS } from "../support/torn.ts";

test.each(WRITERS)(
  "a kill amid an append costs the line it tore: %s",
  { timeout: 120_000 },
  async (writer) => {
    const { kills, torn, found, spoiled } = await tornBy(writer, 2, 1);
    expect({ kills, found, spoiled }).toEqual({ kills: 2, found: 2, spoiled: 0 });
    // Where a kill waits for the end of a write, there is nothing to be seen.
    expect(torn).toBeLessThanOrEqual(kills);
  },
);
