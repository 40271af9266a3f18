/**
 * A run as one ATIF document (1.8) that both validators accept. What the format has no place for stands
 * in `extra.kingmaker`, so that the document reads back as the run that it was.
 */
import type { Mark, Run, RunMessage } from "./run.ts";

type Raw = Readonly<Record<string, unknown>>;

export function atifDocument(run: Run): Raw {
  const { id, format, version, part, tools } = run;
  return {
    schema_version: "ATIF-v1.8",
    ...(id === null ? {} : { session_id: id }),
    ...(id === null ? {} : { trajectory_id: part === undefined ? id : `${id}#${part}` }),
    agent: {
      name: format,
      version: version ?? "unknown",
      ...(tools === undefined ? {} : { tool_definitions: tools }),
    },
    steps: stepsOf(run).map((step, at) => ({ step_id: at + 1, ...step })),
    extra: { kingmaker: factsOf(run) },
  };
}

// ---------------------------------------------------------------------------------------------

function factsOf(run: Run): Raw {
  const { messages: _m, marks: _k, notTurns: _n, tools: _t, drops: _d, ...facts } = run;
  return facts;
}

/** A reply and its results are one step; results that stand elsewhere go to the step of their call. */
function stepsOf(run: Run): Raw[] {
  const steps: { step: Raw; results: Raw[]; calls: ReadonlySet<string> }[] = [];
  for (const [at, message] of run.messages.entries()) {
    const marks = run.marks.get(at) ?? [];
    if (message.role === "tool") {
      const id = message.tool_call_id ?? "";
      const owner = steps.findLast(({ calls }) => calls.has(id));
      owner?.results.push(resultOf(message, marks));
      if (owner !== undefined) continue;
    }
    const calls = new Set((message.tool_calls ?? []).map((call) => call.id));
    steps.push({ step: stepOf(run, message, at, marks), results: [], calls });
  }
  return steps.map(({ step, results }) =>
    results.length === 0 ? step : { ...step, observation: { results } },
  );
}

function stepOf(run: Run, message: RunMessage, at: number, marks: readonly Mark[]): Raw {
  const isReply = message.role === "assistant";
  const own = {
    ...(marks.length === 0 ? {} : { marks }),
    ...(isReply && run.notTurns.has(at) ? { not_turn: true } : {}),
    ...(message.name === undefined ? {} : { name: message.name }),
  };
  const calls = message.tool_calls ?? [];
  return {
    source: isReply ? "agent" : message.role === "system" ? "system" : "user",
    message: message.content,
    ...(message.reasoning === undefined ? {} : { reasoning_content: message.reasoning }),
    ...(calls.length === 0 ? {} : { tool_calls: calls.map(callOf) }),
    ...(at < run.history || (isReply && run.notTurns.has(at)) ? { is_copied_context: true } : {}),
    ...(Object.keys(own).length === 0 ? {} : { extra: { kingmaker: own } }),
  };
}

/** The format has objects alone; text that was no JSON is kept beside. */
function callOf(call: NonNullable<RunMessage["tool_calls"]>[number]): Raw {
  const { id, name, arguments: args } = call;
  return {
    tool_call_id: id,
    function_name: name,
    ...(typeof args === "string"
      ? { arguments: {}, extra: { kingmaker: { arguments: args } } }
      : { arguments: args }),
  };
}

function resultOf(message: RunMessage, marks: readonly Mark[]): Raw {
  const own = {
    ...(marks.length === 0 ? {} : { marks }),
    ...(message.name === undefined ? {} : { name: message.name }),
  };
  return {
    source_call_id: message.tool_call_id ?? "",
    content: message.content,
    ...(Object.keys(own).length === 0 ? {} : { extra: { kingmaker: own } }),
  };
}
