/** The thread in which a stranger's chat template is compiled and rendered. */
import type { Rendered, RenderText } from "../core/dataset/format-reasons.ts";
import { templateRenderer } from "../core/dataset/template.ts";
import { serveSync } from "../io/dataset/sync-worker.ts";

/** First the tokenizer_config.json, answered with ""; then what is to be rendered. */
export type TemplateInput =
  { readonly config: unknown; readonly name: string } | { readonly args: Parameters<RenderText> };

let render: RenderText | null = null;

serveSync((input: TemplateInput): Rendered => {
  if ("config" in input) {
    render = templateRenderer(input.config, input.name);
    return "";
  }
  if (render === null) throw new Error("the template was not sent yet");
  return render(...input.args);
});
