import { defineConfig } from "vitest/config";

// The pool is small on purpose: the machines this runs on have two cores, and the end-to-end tests
// start processes of their own.
export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    projects: [
      {
        // Rules keep nothing from call to call, so their tests share a worker's modules instead of
        // loading them anew for each file: a third of their time.
        extends: true,
        test: { name: "core", include: ["test/core/**/*.test.ts"], isolate: false },
      },
      {
        extends: true,
        test: { name: "house", include: ["test/**/*.test.ts"], exclude: ["test/core/**"] },
      },
    ],
  },
});
