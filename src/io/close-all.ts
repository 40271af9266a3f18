/** Closes what is open, all of it: a full disk that stops one may not keep the others open. */

/** In their order, whatever becomes of each. @throws what the first that failed threw. */
export async function closeAll(closings: readonly (() => unknown)[]): Promise<void> {
  const faults: unknown[] = [];
  for (const close of closings) {
    try {
      await close();
    } catch (error) {
      faults.push(error);
    }
  }
  if (faults.length > 0) throw faults[0];
}
