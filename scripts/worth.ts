/** npm run worth: does choosing turns and answers make a better model? */
import { runScript, type CommonFlags } from "../src/command/cli.ts";
import { agrees } from "../src/command/confirm.ts";
import { loraWish } from "../src/command/lora-flag.ts";
import { runStage } from "../src/command/run-stage.ts";
import { worthCommand } from "../src/command/worth-command.ts";
import type { WorthOptions } from "../src/stages/worth.ts";

type Flags = CommonFlags & Omit<WorthOptions, "agree" | "inside"> & { readonly args: string[] };

await runScript(() =>
  runStage<Flags>(worthCommand, async () => {
    const [{ worth }, { runsInside }] = await Promise.all([
      import("../src/stages/worth.ts"),
      import("../src/command/wiring.ts"),
    ]);
    return (config, deps, flags) => {
      const { lora, ...rest } = flags as Flags & { lora: unknown };
      const inside = runsInside(flags);
      return worth(config, deps, { ...rest, ...loraWish(lora), agree: agrees, inside });
    };
  }),
);
