/** Numbers of flags, for commander. */
import { InvalidArgumentError } from "commander";

/** A whole number from 0 on. */
export function countNumber(text: string): number {
  const number = Number(text);
  if (text.trim() !== "" && Number.isInteger(number) && number >= 0) return number;
  throw new InvalidArgumentError("expected a whole number from 0 on.");
}

/** A number above 0, up to 1. */
export function shareNumber(text: string): number {
  const number = text.trim() === "" ? NaN : Number(text);
  if (number > 0 && number <= 1) return number;
  throw new InvalidArgumentError("expected a number above 0, up to 1.");
}
