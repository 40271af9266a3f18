/** npm run gym -- build | play | script | export | import: tasks that run, from pinned packages. */
import { runScript } from "../src/command/cli.ts";
import { runGym } from "../src/command/gym-cli.ts";

await runScript(() => runGym(process.argv.slice(2)));
