// Prints how many tests passed, failed and were skipped according to the reports named as arguments, and then the name of
// each that failed or passed only when it was repeated, with the first lines of why. Reports are JUnit by nextest, the list of tests by nextest (for the
// ignored ones), JSON by vitest or Playwright.
import { readFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';

const LINES_OF_WHY = 8;

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

function told(what, name, why = '') {
  // A panic says more than what the test printed before it.
  const said = stripVTControlCharacters(why.slice(Math.max(0, why.search(/^thread .* panicked at/m))));
  const lines = said.split('\n').filter((line) => line.trim());
  names.push(`${what}: ${name}`, ...lines.slice(0, LINES_OF_WHY).map((line) => `  ${line.slice(0, 200)}`));
}

function unescaped(xml) {
  const characters = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };
  return xml.replace(/&(lt|gt|quot|apos|amp);/g, (_, name) => characters[name]);
}

function junit(text) {
  const [suites] = text.match(/<testsuites\b[^>]*>/) ?? [''];
  const attribute = (name) => Number.parseInt(suites.match(`\\s${name}="(\\d+)"`)?.[1], 10);
  const failed = attribute('failures') + attribute('errors');
  for (const [, one, inside] of text.matchAll(/<testcase\b([^>]*[^/])>(.*?)<\/testcase>/gs)) {
    const name = `${one.match(/\sclassname="([^"]*)"/)?.[1]} ${one.match(/\sname="([^"]*)"/)?.[1]}`;
    const [, tag, said] = inside.match(/<(failure|error|flakyFailure|flakyError)\b[^>]*>([^<]*)/) ?? [];
    if (tag) told(tag.startsWith('flaky') ? 'repeated' : 'failed', name, unescaped(said));
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
    for (const { status, results } of tests) {
      if (status !== 'unexpected' && status !== 'flaky') continue;
      const { message, location } = results.find(({ error }) => error)?.error ?? {};
      const why = `at line ${location?.line}: ${message}`;
      told(status === 'flaky' ? 'repeated' : 'failed', `${file} ${title}`, why);
    }
  }
  suites.forEach(namePlaywright);
}

// A file that cannot be loaded has no tests to count.
function vitest(report) {
  const failed = report.testResults.flatMap(({ assertionResults }) =>
    assertionResults.filter(({ status }) => status === 'failed'),
  );
  for (const { fullName, failureMessages } of failed) told('failed', fullName, failureMessages[0]);
  const broken = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  );
  for (const { name, message } of broken) told('failed', name, message);
  const left = report.numPendingTests + report.numTodoTests;
  return [report.numPassedTests, report.numFailedTests + broken.length, left];
}
