/** npm run doctor: tries every model of the configuration and says what to change. */
import {
  parseFlags,
  runScript,
  stageCommand,
  typed,
  type CommonFlags,
} from "../src/command/cli.ts";

const command = stageCommand({
  name: "doctor",
  about:
    "Asks every model of chain.toml a few short questions and prints what works: address, key, name, refused parameters, usage, cached tokens, thinking, calls, sampling, latency, price, context; ends with what to change. The calls stand in the ledger; whether the calls of a history are carried is kept in report/doctor.json, and the stages go by it.",
  example: "npm run doctor -- --root my-run",
  flags: ["json"],
});

await runScript(async () => {
  const flags = parseFlags<CommonFlags>(command, process.argv.slice(2));
  const { loadConfig } = await import("../src/config.ts");
  const { openLedger } = await import("../src/io/ledger.ts");
  const { openStore } = await import("../src/io/store.ts");
  const { doctor, doctorLines } = await import("../src/stages/doctor.ts");
  const config = loadConfig(flags.root);
  const now = (): Date => new Date();
  const ledger = openLedger(flags.root, now);
  try {
    const report = await doctor(config, {
      ledger,
      store: openStore(flags.root),
      now,
      clock: () => performance.now(),
    });
    const text = flags.json ? JSON.stringify(report) : typed(doctorLines(report).join("\n"));
    process.stdout.write(`${text}\n`);
    return report.models.every(({ first }) => first.ok) ? 0 : 1;
  } finally {
    await ledger.close();
  }
});
