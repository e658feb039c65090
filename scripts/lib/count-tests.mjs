// Prints how many tests passed, failed and were skipped according to the reports named as arguments, and then a line for
// each that failed or passed only when it was repeated. Reports are JUnit by nextest, the list of tests by nextest (for the
// ignored ones), JSON by vitest or Playwright.
import { readFileSync } from 'node:fs';

const totals = [0, 0, 0];
const names = [];
for (const file of process.argv.slice(2)) {
  const text = readFileSync(file, 'utf8');
  count(text.startsWith('<') ? junit(text) : json(JSON.parse(text)), file);
}
console.log(totals.join(' '));
for (const name of names) console.log(name);

function count(numbers, file) {
  if (!numbers?.every(Number.isInteger)) throw new Error(`${file} is no report that is known here`);
  numbers.forEach((number, at) => (totals[at] += number));
}

function junit(text) {
  const [suites] = text.match(/<testsuites\b[^>]*>/) ?? [''];
  const attribute = (name) => Number.parseInt(suites.match(`\\s${name}="(\\d+)"`)?.[1], 10);
  const failed = attribute('failures') + attribute('errors');
  for (const [, one, inside] of text.matchAll(/<testcase\b([^>]*[^/])>(.*?)<\/testcase>/gs)) {
    const name = `${one.match(/\sclassname="([^"]*)"/)?.[1]} ${one.match(/\sname="([^"]*)"/)?.[1]}`;
    if (/<(failure|error)\b/.test(inside)) names.push(`failed: ${name}`);
    else if (/<flaky(Failure|Error)\b/.test(inside)) names.push(`repeated: ${name}`);
  }
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

function playwright({ stats, errors, suites }) {
  suites.forEach(namePlaywright);
  return [stats.expected + stats.flaky, stats.unexpected + errors.length, stats.skipped];
}

function namePlaywright({ file, specs = [], suites = [] }) {
  for (const { title, tests } of specs) {
    for (const { status } of tests) {
      if (status === 'unexpected') names.push(`failed: ${file} ${title}`);
      if (status === 'flaky') names.push(`repeated: ${file} ${title}`);
    }
  }
  suites.forEach(namePlaywright);
}

// A file that cannot be loaded has no tests to count.
function vitest(report) {
  const failed = report.testResults.flatMap(({ assertionResults }) =>
    assertionResults.filter(({ status }) => status === 'failed'),
  );
  names.push(...failed.map(({ fullName }) => `failed: ${fullName}`));
  const broken = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  );
  names.push(...broken.map(({ name }) => `failed: ${name}`));
  const left = report.numPendingTests + report.numTodoTests;
  return [report.numPassedTests, report.numFailedTests + broken.length, left];
}
