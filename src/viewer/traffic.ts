/** Requests that are being answered: who reads many turns beside them leaves the machine to them first. */
import { setTimeout } from "node:timers/promises";

export type Traffic = {
  /** A request came; the function is called when it is answered. */
  begin(): () => void;
  /** null: nobody waits. Else it ends when nobody does any longer, or after a while: reading goes on in the end. */
  quiet(): Promise<void> | null;
};

export function makeTraffic(): Traffic {
  let open = 0;
  let waiting: (() => void)[] = [];
  /** After a while of waiting it is the reader's turn, whoever asks. */
  let readUntil = 0;
  return {
    begin() {
      open++;
      let isOpen = true;
      return () => {
        if (!isOpen) return;
        isOpen = false;
        open--;
        if (open > 0) return;
        const all = waiting;
        waiting = [];
        for (const go of all) go();
      };
    },
    quiet() {
      if (open === 0 || performance.now() < readUntil) return null;
      let isOver = false;
      const ended = new Promise<void>((go) => waiting.push(go)).then(() => {
        isOver = true;
      });
      const tired = setTimeout(MOST_MS, undefined, { ref: false }).then(() => {
        if (!isOver) readUntil = performance.now() + MOST_MS;
      });
      return Promise.race([ended, tired]);
    },
  };
}

// ---------------------------------------------------------------------------------------------

/** Somebody who asks without end has half of the time: the list is to grow. */
const MOST_MS = 250;
