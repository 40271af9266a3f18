/** [gym]: where commands of a run are executed, and how far they may go. */
import { z } from "zod";
import { positive } from "./ranges.ts";

export const gymSection = z
  .strictObject({
    /** "auto": bubblewrap, else a plain folder with a warning; models and foreign runs want bubblewrap. */
    sandbox: z.enum(["auto", "bubblewrap", "plain"]).default("auto"),
    /** Of one command, seconds; waiting for a processor does not count. */
    command_seconds: positive.default(60),
    /** Of a package's whole tests, as released, seconds of the same kind. */
    test_seconds: positive.default(120),
    memory_mb: positive.default(2048),
    processes: positive.default(128),
    disk_mb: positive.default(256),
    /** Of a command's output, what is kept, bytes. */
    output_bytes: positive.default(200_000),
    /** Runs of the tests with a fault, and without it. */
    proofs: positive.default(3),
    /** Packages, or rollouts, at a time. */
    parallel: positive.default(2),
    /** Faults tried for each task that is wanted. */
    tries: positive.default(6),
    /** Steps of a rollout after the turn. */
    max_steps: positive.default(12),
    /** Rollouts of each answer. */
    rollouts: positive.default(4),
    /** How rollouts go on: "scripted:<skill>", or a model as [king] asks it ("king"). */
    policy: z
      .string()
      .regex(/^(?:scripted:(?:0?\.\d+|0|1)|king)$/)
      .default("scripted:0.5"),
  })
  .prefault({});
