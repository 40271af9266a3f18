/** [offline]: the provider that replays recordings. */
import { z } from "zod";
import { name } from "./ranges.ts";

export const offlineSection = z
  .strictObject({
    /** Folder of recorded turns and replies, relative to the workspace. */
    dir: name.default("sample"),
    /** Recordings that are left out: "t09/challenger/1" (turn id / role / attempt). */
    leave_out: z.array(name).default([]),
  })
  .prefault({});
