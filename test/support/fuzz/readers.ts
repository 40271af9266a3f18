/** All readers of foreign input. */
import { FILE_READERS } from "./files.ts";
import type { FuzzReader } from "./fuzz.ts";
import { RECORD_READERS } from "./records.ts";
import { SESSION_READERS } from "./sessions.ts";

export const FUZZ_READERS: readonly FuzzReader[] = [
  ...FILE_READERS,
  ...RECORD_READERS,
  ...SESSION_READERS,
];
