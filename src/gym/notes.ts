/** What is said to the person at the end. */
import type { BuiltAll } from "./build-all.ts";
import type { PlayedAll } from "./play-all.ts";
import type { Gym } from "./world.ts";

export function buildNotes(gym: Gym, { tasks, cpuSeconds }: BuiltAll): string[] {
  const ids = [...tasks.values()].flat();
  const packages = [...tasks.values()].filter((own) => own.length > 0).length;
  return [
    `${ids.length} tasks from ${packages} packages in ${gym.folder}/tasks (${gym.sandbox.kind})`,
    ...(ids.length === 0
      ? []
      : [
          `tests ran for ${(cpuSeconds / ids.length).toFixed(1)} CPU s a task, all packages and faults counted`,
        ]),
    ...sandboxNotes(gym),
  ];
}

export function playNotes(gym: Gym, { runs, passes }: PlayedAll, policy: string): string[] {
  return [`${policy}: ${passes} of ${runs} runs solved their task`, ...sandboxNotes(gym)];
}

export function sandboxNotes({ sandbox }: Gym): string[] {
  return sandbox.warning === null ? [] : [`WARNING: ${sandbox.warning}`];
}
