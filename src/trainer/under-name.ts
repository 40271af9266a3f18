/** Faults of a part under the name of the command that was typed: who runs `reign` types no `train`. */
import { UserError } from "../errors.ts";

/** Does the work; a UserError that begins with `part: ` begins with `command: ` then. */
export async function underName<T>(
  command: string,
  part: string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof UserError) || !error.message.startsWith(`${part}: `)) throw error;
    const message = `${command}: ${error.message.slice(part.length + 2)}`;
    throw new UserError(message, error.hint, { cause: error });
  }
}
