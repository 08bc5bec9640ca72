import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Of the files that take longest, the longest first: begun last, one of them would keep one worker while the other waits. */
const LONGEST = ["test/explorer/explorer.test.ts", "test/sweep/queue.test.ts", "test/sweep/local.test.ts"];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const rank = ({ moduleId }: TestSpecification) => {
      const at = LONGEST.findIndex((name) => moduleId.endsWith(name));
      return at < 0 ? LONGEST.length : at;
    };
    return sorted.sort((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/slow/**"],
    sequence: { sequencer: LongestFirst },
    // limits that catch a hang, and nothing else
    testTimeout: 600_000,
    hookTimeout: 600_000,
    // many files wait for processes and threads of their own: a second worker fills the time
    maxWorkers: 2,
    // modules are evaluated once a worker, not once a file: what a test changes of them it puts back
    isolate: false,
  },
});
