/**
 * ATIF trajectories (1.0 to 1.8), Harbor's and everybody's since: one agent step is a reply and its
 * results. Files keep the version of their converter, and later fields pass in older ones.
 */
import { createRunBuilder, draftOf, type RunBuilder } from "./building.ts";
import { contentText } from "./parts.ts";
import type { Reading, Run, RunCall, RunTool } from "./run.ts";
import { argumentsOf, isRecord, recordOf, recordsOf, textOf, toolsOf, type Raw } from "./values.ts";

export type AtifPlace = {
  /** Of the trial's folder; null: the file does not lie in one. */
  readonly trial: string | null;
  readonly verdict?: Run["verdict"];
  readonly instance_id?: string | undefined;
};

/** One document and the subagents within it. */
export function readAtif(document: unknown, place: AtifPlace): Reading {
  const file = recordOf(document);
  const own = readTrajectory(file, place.trial ?? idOf(file), undefined, place);
  const parent = own.runs[0]?.id ?? place.trial ?? idOf(file);
  const others = recordsOf(file["subagent_trajectories"]).map((one) =>
    readTrajectory(one, idOf(one), parent ?? undefined, { trial: null }),
  );
  const drops: Record<string, number> = { ...own.drops };
  for (const { drops: more } of others) {
    for (const [reason, count] of Object.entries(more))
      drops[reason] = (drops[reason] ?? 0) + count;
  }
  return { runs: [own, ...others].flatMap(({ runs }) => runs), drops };
}

/** True for a document of this format. */
export function isAtif(value: unknown): boolean {
  const file = recordOf(value);
  const isVersioned = (textOf(file["schema_version"]) ?? "").startsWith("ATIF");
  const first = recordsOf(file["steps"])[0];
  return isVersioned || (isRecord(file["agent"]) && first !== undefined && "source" in first);
}

// ---------------------------------------------------------------------------------------------

function idOf(file: Raw): string | null {
  return textOf(file["trajectory_id"]) ?? textOf(file["session_id"]) ?? null;
}

function readTrajectory(
  file: Raw,
  id: string | null,
  parent: string | undefined,
  place: AtifPlace,
): Reading {
  const steps = recordsOf(file["steps"]);
  const runs = createRunBuilder({ unanswered: "said", parts: false });
  const own = recordOf(file["extra"])["kingmaker"];
  const isOurs = isRecord(own);
  for (const step of steps) readStep(runs, step, isOurs);
  const tools = toolsOf(recordOf(file["agent"])["tool_definitions"]);
  if (isOurs) return ownRun(runs, own, tools);
  if (!steps.some((step) => step["source"] === "user")) {
    // Nobody can learn from answers to a task that is not told.
    for (const draft of runs.drafts) if (draft.role === "assistant") draft.notTurn = true;
    runs.drop("no_task");
  }
  return runs.finish(
    {
      id,
      format: "atif",
      version: textOf(file["schema_version"])?.replace(/^ATIF-v/, ""),
      parent,
      kind: parent === undefined ? undefined : "subagent",
    },
    {
      tools,
      facts: {
        ...(place.verdict === undefined ? {} : { verdict: place.verdict }),
        ...(place.instance_id === undefined ? {} : { instance_id: place.instance_id }),
      },
    },
  );
}

/** A document that was written here is the run that it was. */
function ownRun(runs: RunBuilder, own: Raw, tools: readonly RunTool[]): Reading {
  const { kind, verdict, part, history } = own;
  const instance = textOf(own["instance_id"]);
  const status = textOf(own["exit_status"]);
  const reading = runs.finish(
    {
      id: textOf(own["id"]) ?? null,
      format: textOf(own["format"]) ?? "atif",
      version: textOf(own["version"]),
      parent: textOf(own["parent"]),
      kind: kind === "main" || kind === "subagent" || kind === "fork" ? kind : undefined,
      repo: textOf(own["repo"]),
      cwd: textOf(own["cwd"]),
    },
    {
      tools,
      facts: {
        ...(verdict === "success" || verdict === "failure" ? { verdict } : {}),
        ...(instance === undefined ? {} : { instance_id: instance }),
        ...(status === undefined ? {} : { exit_status: status }),
      },
    },
  );
  return {
    ...reading,
    runs: reading.runs.map((run) => ({
      ...run,
      ...(typeof part === "number" ? { part } : {}),
      ...(typeof history === "number" ? { history } : {}),
      notTurns: new Set([...run.notTurns].filter((at) => at >= Number(history ?? 0))),
    })),
  };
}

function readStep(runs: RunBuilder, step: Raw, isOurs: boolean): void {
  const text = contentText(step["message"], runs.drop);
  const source = step["source"];
  const results = resultsOf(runs, step);
  const replaced = recordOf(recordOf(step["extra"])["context_management"]);
  if (replaced["boundary"] === "replace") {
    const [first] = results;
    runs.beginPart([draftOf("user", { text: first?.text ?? text, marks: ["summary"] })]);
    return;
  }
  const own = recordOf(recordOf(step["extra"])["kingmaker"]);
  if (source === "agent") return readReply(runs, step, { text, results, own, isOurs });
  if (source !== "user" && source !== "system") {
    runs.drop(`unknown_role: ${textOf(source) ?? ""}`);
    return;
  }
  runs.say(source, { text, marks: marksOf(own["marks"]), name: textOf(own["name"]) });
  for (const result of results) sayResult(runs, result.text);
}

type StepResult = { readonly call: string | undefined; readonly text: string; readonly extra: Raw };

function resultsOf(runs: RunBuilder, step: Raw): StepResult[] {
  return recordsOf(recordOf(step["observation"])["results"]).map((result) => ({
    call: textOf(result["source_call_id"]) ?? (result["source_call_id"] === "" ? "" : undefined),
    text: contentText(result["content"], runs.drop),
    extra: recordOf(result["extra"]),
  }));
}

function sayResult(runs: RunBuilder, text: string): void {
  if (text !== "") runs.say("user", { text });
}

type Reply = {
  readonly text: string;
  readonly results: readonly StepResult[];
  readonly own: Raw;
  readonly isOurs: boolean;
};

function readReply(runs: RunBuilder, step: Raw, { text, results, own, isOurs }: Reply): void {
  const said = textOf(step["reasoning_content"]);
  // Converters write the message again as its own reasoning, or the beginning of it.
  const isDouble = !isOurs && said !== undefined && text.trim().startsWith(said.trim());
  const calls: RunCall[] = recordsOf(step["tool_calls"]).map((call) => ({
    id: typeof call["tool_call_id"] === "string" ? call["tool_call_id"] : "",
    name: textOf(call["function_name"]) ?? "",
    arguments: ownArguments(call) ?? argumentsOf(call["arguments"]),
  }));
  const isHistory = step["is_copied_context"] === true || step["llm_call_count"] === 0;
  if (isDouble) runs.drop("reasoning_is_message");
  runs.say("assistant", {
    text,
    reasoning: isDouble ? undefined : said,
    calls,
    notTurn: isOurs ? own["not_turn"] === true : isHistory,
    marks: marksOf(own["marks"]),
    name: textOf(own["name"]),
  });
  addResults(runs, calls, results);
}

/** Results that name no call in a step with calls belong to the first calls, in order. */
function addResults(
  runs: RunBuilder,
  calls: readonly RunCall[],
  results: readonly StepResult[],
): void {
  const areUnnamed = results.every((result) => result.call === undefined);
  for (const [at, result] of results.entries()) {
    const id = areUnnamed ? calls[at]?.id : result.call;
    if (id === undefined) {
      sayResult(runs, result.text);
      continue;
    }
    const own = recordOf(result.extra["kingmaker"]);
    const isError = marksOf(own["marks"]).includes("error");
    runs.result({ id, text: result.text, isError, isMore: true, name: textOf(own["name"]) });
  }
}

/** What was no JSON object is kept as text beside, since the format has objects alone. */
function ownArguments(call: Raw): string | undefined {
  return textOf(recordOf(recordOf(call["extra"])["kingmaker"])["arguments"]);
}

function marksOf(value: unknown): NonNullable<Parameters<typeof draftOf>[1]["marks"]> {
  const known = ["injected", "summary", "error", "aborted", "synthetic"] as const;
  return known.filter((mark) => Array.isArray(value) && value.includes(mark));
}
