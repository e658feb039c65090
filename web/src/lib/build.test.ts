import { expect, it } from 'vitest';
import { namesOtherFiles } from './build';

function pageOf(script: string, style: string): string {
  return `<head><script type="module" crossorigin src="/assets/${script}"></script>
    <link rel="stylesheet" crossorigin href="/assets/${style}"></head>`;
}

function running(page: string, more = ''): Document {
  return new DOMParser().parseFromString(page + more, 'text/html');
}

it('knows its own build, also after parts of it were loaded later', () => {
  const page = pageOf('index-a1.js', 'index-b2.css');
  const lazy = '<link rel="stylesheet" href="/assets/SettingsDialog-c3.css">';
  expect(namesOtherFiles(page, running(page, lazy))).toBe(false);
});

it('notices a build with another script or another style', () => {
  const page = running(pageOf('index-a1.js', 'index-b2.css'));
  expect(namesOtherFiles(pageOf('index-a2.js', 'index-b2.css'), page)).toBe(true);
  expect(namesOtherFiles(pageOf('index-a1.js', 'index-b3.css'), page)).toBe(true);
});

it('takes a page without files, as of a proxy, for no build', () => {
  const page = running(pageOf('index-a1.js', 'index-b2.css'));
  expect(namesOtherFiles('<h1>502 Bad Gateway</h1>', page)).toBe(false);
});
