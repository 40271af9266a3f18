/**
 * ATIF trajectories (1.0 to 1.8), Harbor's and everybody's since: one agent step is a reply and its
 * results. Files keep the version of their converter, and later fields pass in older ones.
 */
import { createRunBuilder, draftOf, type RunBuilder } from "./building.ts";
import { contentText } from "./parts.ts";
import type { Reading, Run, RunCall } from "./run.ts";
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
  const agent = recordOf(file["agent"]);
  const extra = recordOf(file["extra"]);
  const isOurs = isRecord(extra["kingmaker"]);
  const own = recordOf(extra["kingmaker"]);
  const runs = createRunBuilder({ unanswered: "said", parts: false });
  for (const step of steps) readStep(runs, step);
  if (!steps.some((step) => step["source"] === "user")) {
    // Nobody can learn from answers to a task that is not told.
    for (const draft of runs.drafts) if (draft.role === "assistant") draft.notTurn = true;
    runs.drop("no_task");
  }
  const part = own["part"];
  const kind = own["kind"];
  return withPart(
    runs.finish(
      {
        id: textOf(own["id"]) ?? id,
        format: "atif",
        version: textOf(file["schema_version"])?.replace(/^ATIF-v/, ""),
        parent: textOf(own["parent"]) ?? parent,
        kind: isKind(kind) ? kind : parent === undefined ? undefined : "subagent",
        repo: textOf(own["repo"]),
        cwd: textOf(own["cwd"]),
      },
      {
        tools: toolsOf(agent["tool_definitions"]),
        facts: {
          ...(place.verdict === undefined ? ownVerdict(own) : { verdict: place.verdict }),
          ...(place.instance_id === undefined
            ? ownInstance(own)
            : { instance_id: place.instance_id }),
        },
      },
    ),
    isOurs && typeof part === "number" ? part : undefined,
  );
}

const isKind = (value: unknown): value is NonNullable<Run["kind"]> =>
  value === "main" || value === "subagent" || value === "fork";

function ownVerdict(own: Raw): Partial<Pick<Run, "verdict">> {
  const verdict = own["verdict"];
  return verdict === "success" || verdict === "failure" ? { verdict } : {};
}

function ownInstance(own: Raw): Partial<Pick<Run, "instance_id">> {
  const instance = textOf(own["instance_id"]);
  return instance === undefined ? {} : { instance_id: instance };
}

function withPart(reading: Reading, part: number | undefined): Reading {
  if (part === undefined) return reading;
  return { ...reading, runs: reading.runs.map((run) => ({ ...run, part })) };
}

function readStep(runs: RunBuilder, step: Raw): void {
  const text = contentText(step["message"], runs.drop);
  const source = step["source"];
  const results = resultsOf(runs, step);
  const replaced = recordOf(recordOf(step["extra"])["context_management"]);
  if (replaced["boundary"] === "replace") {
    const [first] = results;
    runs.beginPart([draftOf("user", { text: first?.text ?? text, marks: ["summary"] })]);
    return;
  }
  if (source === "agent") return readReply(runs, step, text, results);
  if (source !== "user" && source !== "system") {
    runs.drop(`unknown_role: ${textOf(source) ?? ""}`);
    return;
  }
  const marks = recordOf(recordOf(step["extra"])["kingmaker"])["marks"];
  runs.say(source, { text, marks: marksOf(marks), notTurn: true });
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

function readReply(
  runs: RunBuilder,
  step: Raw,
  text: string,
  results: readonly StepResult[],
): void {
  const said = textOf(step["reasoning_content"]);
  // Converters write the message again as its own reasoning, or the beginning of it.
  const isDouble = said !== undefined && text.trim().startsWith(said.trim());
  const calls: RunCall[] = recordsOf(step["tool_calls"]).map((call) => ({
    id: typeof call["tool_call_id"] === "string" ? call["tool_call_id"] : "",
    name: textOf(call["function_name"]) ?? "",
    arguments: ownArguments(call) ?? argumentsOf(call["arguments"]),
  }));
  const isHistory = step["is_copied_context"] === true || step["llm_call_count"] === 0;
  const own = recordOf(recordOf(step["extra"])["kingmaker"]);
  if (isDouble) runs.drop("reasoning_is_message");
  runs.say("assistant", {
    text,
    reasoning: isDouble ? undefined : said,
    calls,
    notTurn: isHistory,
    marks: marksOf(own["marks"]),
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
    const isError = recordOf(result.extra["kingmaker"])["error"] === true;
    runs.result({ id, text: result.text, isError });
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
