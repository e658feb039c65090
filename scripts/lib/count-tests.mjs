// Prints how many tests passed, failed and were skipped according to the reports named as arguments:
// JUnit by nextest, the list of tests by nextest (for the ignored ones), JSON by vitest or Playwright.
import { readFileSync } from 'node:fs';

const totals = [0, 0, 0];
for (const file of process.argv.slice(2)) {
  const text = readFileSync(file, 'utf8');
  count(text.startsWith('<') ? junit(text) : json(JSON.parse(text)), file);
}
console.log(totals.join(' '));

function count(numbers, file) {
  if (!numbers?.every(Number.isInteger)) throw new Error(`${file} is no report that is known here`);
  numbers.forEach((number, at) => (totals[at] += number));
}

function junit(text) {
  const [suites] = text.match(/<testsuites\b[^>]*>/) ?? [''];
  const attribute = (name) => Number.parseInt(suites.match(`\\s${name}="(\\d+)"`)?.[1], 10);
  const failed = attribute('failures') + attribute('errors');
  return [attribute('tests') - failed, failed, 0];
}

function json(report) {
  if (report['rust-suites']) return nextestList(report);
  if (report.stats) return playwright(report);
  return vitest(report);
}

function nextestList(report) {
  const tests = Object.values(report['rust-suites']).flatMap(({ testcases }) => Object.values(testcases ?? {}));
  return [0, 0, tests.filter(({ ignored }) => ignored).length];
}

// A test that passed only when it was repeated has failed once, which is once too often.
function playwright({ stats, errors }) {
  return [stats.expected, stats.unexpected + stats.flaky + errors.length, stats.skipped];
}

// A file that cannot be loaded has no tests to count.
function vitest(report) {
  const broken = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  );
  const left = report.numPendingTests + report.numTodoTests;
  return [report.numPassedTests, report.numFailedTests + broken.length, left];
}
