/** A node:test reporter that writes the totals of one run as JSON, so that lanes can be added up. */
import type { TestEvent } from "node:test/reporters";

export interface TestCounts {
  passed: number;
  failed: number;
  skipped: number;
}

export default async function* testCounts(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const counts: TestCounts = { passed: 0, failed: 0, skipped: 0 };
  for await (const event of source) {
    if (event.type !== "test:pass" && event.type !== "test:fail") continue;
    if (event.data.details.type === "suite") continue;
    if (event.data.skip !== undefined && event.data.skip !== false) counts.skipped += 1;
    else if (event.type === "test:pass") counts.passed += 1;
    else counts.failed += 1;
  }
  yield JSON.stringify(counts);
}
