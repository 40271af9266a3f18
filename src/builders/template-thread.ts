/** The thread in which a stranger's chat template is compiled and rendered. */
import {
  jinjaRenderer,
  rowText,
  type RawRender,
  type RenderJob,
  type RenderRaw,
  type RowText,
} from "../core/template/render.ts";
import type { ChatTemplate } from "../core/template/source.ts";
import { serveSync } from "../io/dataset/sync-worker.ts";

/** First the template, answered with ""; then what is to be rendered, checked or as it comes. */
export type TemplateInput =
  | { readonly template: ChatTemplate; readonly name: string; readonly date: string }
  | { readonly job: RenderJob }
  | { readonly raw: RenderJob };

export type TemplateOutput = RowText | RawRender;

let render: RenderRaw | null = null;

serveSync((input: TemplateInput): TemplateOutput => {
  if ("template" in input) {
    render = jinjaRenderer(input.template, input.name, input.date);
    return "";
  }
  if (render === null) throw new Error("the template was not sent yet");
  return "raw" in input ? render(input.raw) : rowText(render(input.job), input.job);
});
