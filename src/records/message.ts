/** One chat message, as every record and every stage holds it. */
import { z } from "zod";

/** One chat message. Content is always text here: readers turn null into "" and parts into text. */
export const messageSchema = z.looseObject({
  role: z.string(),
  content: z.string(),
  tool_calls: z.array(z.unknown()).optional(),
});
export type Message = Readonly<z.infer<typeof messageSchema>>;
