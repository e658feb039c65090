import { t } from '../i18n/catalogue.svelte';
import { highlighting } from './highlighting';

interface Fence {
  content: string;
  /** What stands behind the opening marks. */
  info: string;
}

/** A block of code, with the name of its language and a button that copies it. */
export function renderFence(fence: Fence | undefined): string {
  if (!fence) return '';
  const code = fence.content.replace(/\n$/, '');
  const language = fence.info.trim().split(/\s+/, 1)[0] ?? '';
  const coloured = language ? highlighting.current?.(code, language) : undefined;
  const label = coloured?.label ?? language;
  const name = label ? `<span>${escape(label)}</span>` : '';
  const copy = `<button type="button" data-copy="">${escape(t('app.copy'))}</button>`;
  // A long line is scrolled to, by keyboard too.
  return (
    `<div class="code${label ? ' named' : ''}"><div class="bar">${name}${copy}</div>` +
    `<pre tabindex="0"><code>${coloured?.html ?? escape(code)}</code></pre></div>\n`
  );
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
