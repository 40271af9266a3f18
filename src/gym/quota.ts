/** How many tasks are still wanted, for packages that are tried at the same time: never one more than asked. */

export type Quota = {
  /** Tasks that earlier runs made count as well. */
  had(tasks: number): void;
  /**
   * Whether a fault is to be tried. While so many tries are open as tasks are wanted it waits how they end;
   * every `true` is followed by `settle`.
   */
  take(): Promise<boolean>;
  settle(isTask: boolean): void;
  isFull(): boolean;
};

export function makeQuota(wanted: number): Quota {
  let made = 0;
  let open = 0;
  let waiting: (() => void)[] = [];
  const wake = (): void => {
    const all = waiting;
    waiting = [];
    for (const go of all) go();
  };
  return {
    had(tasks) {
      made += tasks;
      wake();
    },
    async take() {
      while (made < wanted) {
        if (made + open < wanted) {
          open++;
          return true;
        }
        await new Promise<void>((go) => waiting.push(go));
      }
      return false;
    },
    settle(isTask) {
      open--;
      if (isTask) made++;
      wake();
    },
    isFull: () => made >= wanted,
  };
}
