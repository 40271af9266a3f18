import { defineConfig } from "vitest/config";

// The pool is small on purpose: the machines this runs on have two cores, and the end-to-end tests
// start processes of their own.
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
});
