import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/slow/**"],
    // limits that catch a hang, and nothing else
    testTimeout: 600_000,
    hookTimeout: 600_000,
    // many files wait for processes and threads of their own: a second worker fills the time
    maxWorkers: 2,
  },
});
