import { onDemand } from '../on-demand';
import { preferences, type Language } from '../state/preferences.svelte';
import type { LaterTexts, Texts } from './texts';

export type MessageKey = keyof Texts | keyof LaterTexts;
export type Parameters = Record<string, string | number>;

// Only the language in use is loaded, and of it at first only what a room shows.
const first: Record<Language, () => Promise<{ messages: Texts }>> = {
  en: () => import('./en'),
  ko: () => import('./ko'),
};
const later: Record<Language, () => Promise<{ messages: LaterTexts }>> = {
  en: () => import('./en.later'),
  ko: () => import('./ko.later'),
};

class Catalogue {
  language = $state<Language>('en');
  texts = $state.raw<Partial<Texts & LaterTexts>>({});
  isWhole = false;
}

const catalogue = new Catalogue();
const plurals = { en: new Intl.PluralRules('en'), ko: new Intl.PluralRules('ko') };

/** Loads the catalogue of the user's language. Texts change when it is there, all at once. */
export async function followLanguage(): Promise<void> {
  const { language } = preferences;
  // Whatever is open when the language changes goes on in the new one.
  const { isWhole } = catalogue;
  const parts = isWhole ? [first[language](), later[language]()] : [first[language]()];
  const loaded = await Promise.all(parts);
  if (language !== preferences.language) return;
  catalogue.language = language;
  catalogue.texts = Object.assign({}, ...loaded.map(({ messages }) => messages));
  if (catalogue.isWhole !== isWhole) await addLaterTexts();
}

async function addLaterTexts(): Promise<void> {
  const { language } = catalogue;
  const { messages } = await later[language]();
  if (language !== catalogue.language) return addLaterTexts();
  catalogue.isWhole = true;
  catalogue.texts = { ...catalogue.texts, ...messages };
}

let adding: Promise<void> | undefined;

/** Loads the texts of what is shown on demand. Rejects without a network. */
export async function laterTexts(): Promise<void> {
  if (catalogue.isWhole) return;
  adding ??= addLaterTexts().finally(() => (adding = undefined));
  await adding;
}

/** A module that is loaded on demand, once its texts are there, too. */
export async function withTexts<T>(load: () => Promise<T>): Promise<T> {
  const [loaded] = await onDemand(() => Promise.all([load(), laterTexts()]));
  return loaded;
}

/** The language that texts are in just now. */
export function currentLanguage(): Language {
  return catalogue.language;
}

/** The text of a message in the reader's language. Reactive: it follows a change of language. */
export function t(key: MessageKey, parameters: Parameters = {}): string {
  const { language, texts } = catalogue;
  const [one, other] = texts[key]?.split('|') ?? [];
  const isOne = other === undefined || plurals[language].select(Number(parameters.n)) === 'one';
  const text = (isOne ? one : other) ?? '';
  return text.replace(/\{(\w+)\}/g, (hole, name: string) => {
    const value = parameters[name];
    if (value === undefined) return hole;
    return typeof value === 'number' ? value.toLocaleString(language) : value;
  });
}
