/** Rows of the format chatml by a model's template: many are rendered at once, before they are written one by one. */
import type { Built, Example } from "../core/dataset/example.ts";
import type { Trainer } from "../core/dataset/format-names.ts";
import type { Rendered, RenderText } from "../core/dataset/format-reasons.ts";
import { takes, writeRow } from "../core/dataset/formats.ts";
import type { RenderJob } from "../core/template/render.ts";
import type { TemplateRenderer } from "./template-render.ts";

/** How each example is rendered; absent: as ChatML. */
export type Renders = ReadonlyMap<Example, RenderText>;

/** Renders what `writeRow` will ask for. @throws UserError for what the engine cannot do. */
export async function renderedRows(
  rows: readonly Built[],
  renderer: TemplateRenderer | null,
  trainer: Trainer | null,
): Promise<Renders> {
  if (renderer === null) return new Map();
  const asked = rows.flatMap((built) =>
    built.ok && isChatml(built.example)
      ? [{ example: built.example, jobs: jobsOf(built.example, trainer) }]
      : [],
  );
  const texts = await renderer.render(asked.flatMap(({ jobs }) => jobs));
  let next = 0;
  return new Map(
    asked.map(({ example, jobs }) => {
      const own = texts.slice(next, (next += jobs.length));
      return [example, inTurn(own)];
    }),
  );
}

// ---------------------------------------------------------------------------------------------

const isChatml = ({ kind, label, formats }: Example): boolean =>
  takes("chatml", kind, label) && formats?.includes("chatml") !== false;

/** What the format asks a renderer for, told by a renderer that only listens. */
function jobsOf(example: Example, trainer: Trainer | null): RenderJob[] {
  const jobs: RenderJob[] = [];
  const render: RenderText = (messages, tools) => {
    jobs.push({ messages, tools });
    return "";
  };
  writeRow(example, "chatml", { render, trainer });
  return jobs;
}

function inTurn(texts: readonly Rendered[]): RenderText {
  let next = 0;
  return () => {
    const text = texts[next++];
    if (text === undefined) throw new Error("a row asked for another text than it did before");
    return text;
  };
}
