/**
 * What the turns so far say of those to come. Where [source].max_per_repo binds, a repository that has given
 * all it may gives no more: it says as much of a new repository as one turn does, and turns of the
 * repositories that are still open, which go on, count each.
 */

/** Weights of turns in final/ and of the others; the beta posterior has one more of each. */
export type Evidence = { readonly good: number; readonly bad: number };

export type SeenTurn = { readonly repo: string; readonly isFinal: boolean };

/** @param max_per_repo 0: no limit, and every turn counts alike */
export function evidenceOf(turns: readonly SeenTurn[], max_per_repo: number): Evidence {
  const strata = new Map<string, { good: number; all: number }>();
  for (const { repo, isFinal } of turns) {
    const { good, all } = strata.get(repo) ?? { good: 0, all: 0 };
    strata.set(repo, { good: good + (isFinal ? 1 : 0), all: all + 1 });
  }
  let [good, bad] = [0, 0];
  for (const stratum of strata.values()) {
    const isFull = max_per_repo > 0 && stratum.all >= max_per_repo;
    const weight = isFull ? 1 / stratum.all : 1;
    good += weight * stratum.good;
    bad += weight * (stratum.all - stratum.good);
  }
  return { good, bad };
}
