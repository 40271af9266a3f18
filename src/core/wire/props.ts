/**
 * What llama.cpp's server says of the chat template that it has loaded (`GET /props`): whether past calls
 * are in the prompt, more than one a message, and a system message. Seen with 133 templates
 * (docs/protocols.md): its word on calls was right for 129 of them.
 */
import { z } from "zod";
import type { Said } from "../../calls/manner.ts";

const propsSchema = z.looseObject({
  chat_template_caps: z.looseObject({
    supports_tools: z.boolean().optional(),
    supports_tool_calls: z.boolean().optional(),
    supports_parallel_tool_calls: z.boolean().optional(),
    supports_system_role: z.boolean().optional(),
  }),
});

/** null where it says nothing of its template: another server, an older build. */
export function saidOf(props: unknown): Said | null {
  const read = propsSchema.safeParse(props);
  if (!read.success) return null;
  const caps = read.data.chat_template_caps;
  return {
    ...(caps.supports_tool_calls === undefined
      ? {}
      : { native: caps.supports_tool_calls && caps.supports_tools !== false }),
    ...(caps.supports_parallel_tool_calls === undefined
      ? {}
      : { split: !caps.supports_parallel_tool_calls }),
    ...(caps.supports_system_role === undefined
      ? {}
      : { systemToUser: !caps.supports_system_role }),
  };
}
