/** What is said to the person at the end. */
import type { BuiltAll } from "./build-all.ts";
import type { PlayedAll } from "./play-all.ts";
import type { Gym } from "./world.ts";

export function buildNotes(gym: Gym, { tasks, without, cpuSeconds }: BuiltAll): string[] {
  const ids = [...tasks.values()].flat();
  const packages = [...tasks.values()].filter((own) => own.length > 0).length;
  return [
    `${ids.length} tasks from ${packages} packages in ${gym.folder}/tasks (${gym.sandbox.kind})`,
    ...(ids.length === 0
      ? []
      : [
          `tests ran for ${(cpuSeconds / ids.length).toFixed(1)} CPU s a task, all packages and faults counted`,
        ]),
    ...without
      .slice(0, MOST_SHOWN)
      .map(
        ({ package: name, reason, detail }) =>
          `no task from ${name}: ${reason}${detail === "" ? "" : ` (${detail})`}`,
      ),
    ...(without.length > MOST_SHOWN
      ? [`and ${without.length - MOST_SHOWN} packages more: their record.json says why`]
      : []),
    ...sandboxNotes(gym),
  ];
}

export function playNotes(gym: Gym, { runs, passes }: PlayedAll, policy: string): string[] {
  return [`${policy}: ${passes} of ${runs} runs solved their task`, ...sandboxNotes(gym)];
}

export function sandboxNotes({ sandbox }: Gym): string[] {
  return sandbox.warning === null ? [] : [`WARNING: ${sandbox.warning}`];
}

// ---------------------------------------------------------------------------------------------

/** Packages whose reason is told one by one. */
const MOST_SHOWN = 10;
