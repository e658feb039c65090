import { explain } from './explain';
import { RequestFailure } from './failure';
import { t } from './i18n/catalogue.svelte';

/** How many digits an app shows. */
export const DIGITS = 6;

/** When so many recovery codes are left, it is time for new ones. */
export const FEW = 3;

/** What to tell about a refusal of a password, a code or their ticket. */
export function explainCode(error: unknown): string {
  if (error instanceof RequestFailure) {
    if (error.code === 'invalid' && error.field === 'password') return t('twoFactor.wrongPassword');
    if (error.code === 'invalid' && error.field === 'code') return t('twoFactor.wrongCode');
    if (error.code === 'invalid' && error.field === 'enrolment') return t('twoFactor.tooLate');
  }
  return explain(error);
}

/** Whether what was typed or pasted is as long as what an app shows. */
export function isWhole(code: string): boolean {
  return /^\d{6}$/.test(code.normalize('NFKC').replace(/[\s-]/g, ''));
}

/** A key in groups that are easily read and typed. */
export function grouped(secret: string): string {
  return secret.match(/.{1,4}/g)?.join(' ') ?? secret;
}

/** What is kept in a file: what the codes are of, and one on each line. */
export function codesFile(title: string, codes: readonly string[]): string {
  return `${title}\n\n${codes.join('\n')}\n`;
}

/** Brings a part of the settings to the top of what scrolls them, and moves nothing around them. */
export function bringUp(element: HTMLElement): void {
  const panel = element.closest('[role=tabpanel]');
  if (panel)
    panel.scrollTop += element.getBoundingClientRect().top - panel.getBoundingClientRect().top;
}

let typed = '';

/** Logs somebody in; whose second factor is due then sets it up without typing the password twice in a row. */
export async function withTyped<T>(
  password: string,
  session: { readonly status: string },
  logIn: () => Promise<T>,
): Promise<T> {
  typed = password;
  try {
    return await logIn();
  } finally {
    if (session.status !== 'due') typed = '';
  }
}

/** The password of the login that has just been, once. */
export function takeTyped(): string {
  const password = typed;
  typed = '';
  return password;
}
