import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["**/node_modules/**", "test/python/**"],
    globalSetup: ["test/support/venv.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Two cores, and one worker more: the end-to-end tests wait for processes and for servers.
    maxWorkers: 3,
    // No test changes the environment, a global or a module, so files share what a worker has loaded.
    isolate: false,
  },
});
