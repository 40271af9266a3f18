/**
 * Instances of public benchmarks, to be kept out of training data: SWE-bench Lite (dev and test) and
 * Verified. benchmark_ids.json holds ids alone and says where they come from.
 */
import ids from "./benchmark_ids.json" with { type: "json" };
import { repoFromId } from "./shapes.ts";

const INSTANCES: ReadonlySet<string> = new Set(
  [...ids["SWE-bench_Lite"], ...ids["SWE-bench_Verified"]].map((id) => id.toLowerCase()),
);
const REPOS: ReadonlySet<string> = new Set(
  [...INSTANCES].map((id) => repoFromId(id).toLowerCase()),
);

/** Upper and lower case are the same. */
export function isBenchmarkInstance(instanceId: string): boolean {
  return INSTANCES.has(instanceId.toLowerCase());
}

/** True for the repositories that the benchmarks' instances were made of. */
export function isBenchmarkRepo(repo: string): boolean {
  return repo !== "" && REPOS.has(repo.toLowerCase());
}
