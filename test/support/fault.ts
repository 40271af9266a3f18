/** A fault as the rules see it, with harmless values elsewhere. */
import type { Fault, FaultKind } from "../../src/calls/exchange.ts";

export const faultOf = (kind: FaultKind, over: Partial<Fault> = {}): Fault => ({
  kind,
  message: "",
  code: "",
  context: null,
  status: kind.startsWith("http_") ? Number(kind.slice(5)) : 200,
  retry_after_ms: null,
  request_id: null,
  usage: null,
  answer: null,
  ...over,
});
