/** The names of the formats, for those who need no more: chain.toml's schema, flags, settings. */
import { UserError } from "../../errors.ts";
import { nearestName } from "../text/nearest.ts";

export const FORMATS = [
  "chatml",
  "alpaca",
  "sharegpt",
  "openai",
  "prompt-completion",
  "preference",
  "kto",
  "privileged",
  "stepwise",
] as const;
export type Format = (typeof FORMATS)[number];

/** Trainers that a set can be written for, each in the forms that it reads whole. */
export const TRAINERS = [
  "trl",
  "llamafactory",
  "axolotl",
  "verl",
  "prime-rl",
  "verifiers",
] as const;
export type Trainer = (typeof TRAINERS)[number];

/** What a teacher may see in rows of the format `privileged`. */
export const PRIVILEGES = ["pr", "future", "reasons"] as const;
export type Privilege = (typeof PRIVILEGES)[number];

/** A format by name. @throws UserError that names the nearest one. */
export function formatNamed(name: string): Format {
  const format = FORMATS.find((known) => known === name);
  if (format !== undefined) return format;
  const near = nearestName(name, FORMATS);
  throw new UserError(
    `unknown format "${name}"; known are ${FORMATS.join(", ")}`,
    near === null ? "name one of these with --format" : `did you mean --format ${near}?`,
  );
}

/** A trainer by name. @throws UserError that names the nearest one. */
export function trainerNamed(name: string): Trainer {
  const trainer = TRAINERS.find((known) => known === name);
  if (trainer !== undefined) return trainer;
  if (name.includes(","))
    throw new UserError(
      `--for takes one trainer, and "${name}" names several; known are ${TRAINERS.join(", ")}`,
      "name one; a set for another goes to a folder of its own: --output",
    );
  const near = nearestName(name, TRAINERS);
  throw new UserError(
    `unknown trainer "${name}"; known are ${TRAINERS.join(", ")}`,
    near === null ? "name one of these with --for" : `did you mean --for ${near}?`,
  );
}

/** The formats that a trainer's forms are written from, the main one first. */
export function formatsFor(trainer: Trainer): readonly Format[] {
  switch (trainer) {
    case "trl":
      return ["prompt-completion", "preference", "kto"];
    case "llamafactory":
      return ["sharegpt", "preference", "kto"];
    case "axolotl":
      return ["openai", "preference"];
    case "verl":
    case "prime-rl":
    case "verifiers":
      return ["prompt-completion"];
    default:
      return trainer satisfies never;
  }
}
