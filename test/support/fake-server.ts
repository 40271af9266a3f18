/**
 * A model server that is a Node script, started as vllm is: `vllm serve MODEL ... --host H --port P`. It
 * says what says.txt of the model's folder holds, and writes down who started it and what it was asked.
 */
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { tempProject } from "./project.ts";

export type FakeServer = {
  /** An environment in which `vllm` is this server. */
  readonly env: Readonly<Record<string, string>>;
  readonly program: string;
  /** Events in order: "start", "ask", "end" with the process's id and the model. */
  events(): readonly { readonly event: string; readonly pid: number; readonly model: string }[];
};

/** `before`: JavaScript that runs before it listens; `slowMs`: until each answer. */
export function fakeServer({ before = "", slowMs = 0 } = {}): FakeServer {
  const folder = tempProject();
  const program = join(folder, "vllm");
  const log = join(folder, "log.jsonl");
  writeFileSync(
    program,
    `#!${process.execPath}
const fs = require("node:fs"), http = require("node:http"), path = require("node:path");
const args = process.argv.slice(2), model = args[1], port = Number(args[args.indexOf("--port") + 1]);
const note = (event) => fs.appendFileSync(${JSON.stringify(log)}, JSON.stringify({ event, pid: process.pid, model, args }) + "\\n");
note("start");
${before}
process.on("SIGTERM", () => { note("end"); process.exit(0); });
http.createServer((request, response) => {
  if (request.method === "GET") return response.end(JSON.stringify({ data: [{ id: model }] }));
  request.resume().on("end", () => {
    note("ask");
    const content = fs.readFileSync(path.join(model, "says.txt"), "utf8");
    const body = { id: "x", model, choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }], usage: { prompt_tokens: 5, completion_tokens: 5 } };
    setTimeout(() => { response.setHeader("content-type", "application/json"); response.end(JSON.stringify(body)); }, ${slowMs});
  });
}).listen(port, "127.0.0.1");
`,
  );
  chmodSync(program, 0o755);
  return {
    program,
    env: { PATH: `${folder}${delimiter}${process.env["PATH"] ?? ""}` },
    events: () =>
      existsSync(log)
        ? readFileSync(log, "utf8")
            .split("\n")
            // What stands behind the last line feed is still being written.
            .slice(0, -1)
            .map((line) => JSON.parse(line) as ReturnType<FakeServer["events"]>[number])
        : [],
  };
}
