/**
 * Large packages, loaded when they are wanted and as CommonJS. As ES modules every file of theirs
 * would pass through tsx's loader thread and Node's search for CommonJS exports: openai, undici and
 * mvdan-sh together took 0.6 CPU s of each start that way, and take 0.2 this way.
 */
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/** What the package exports; the caller names its type. Loaded once. */
export function loadPackage<T>(
  name: "mvdan-sh" | "openai" | "undici" | "undici/lib/dispatcher/pool.js",
): T {
  // With source maps on, as tsx sets it, Node reads the map of every file: a third of openai's time.
  const { sourceMapsEnabled } = process;
  process.setSourceMapsEnabled(false);
  try {
    return require(name) as T;
  } finally {
    process.setSourceMapsEnabled(sourceMapsEnabled ?? false);
  }
}
