import { preferences, type Language } from '../state/preferences.svelte';
import type { messages as english } from './en';

export type MessageKey = keyof typeof english;
export type Catalogue = Record<MessageKey, string>;
export type Parameters = Record<string, string | number>;

// Only the language in use is loaded.
const load: Record<Language, () => Promise<{ messages: Catalogue }>> = {
  en: () => import('./en'),
  ko: () => import('./ko'),
};

const loaded = $state<{ language: Language; messages: Catalogue | null }>({
  language: 'en',
  messages: null,
});
const plurals = { en: new Intl.PluralRules('en'), ko: new Intl.PluralRules('ko') };

/** Loads the catalogue of the user's language. Texts change when it is there, all at once. */
export async function followLanguage(): Promise<void> {
  const { language } = preferences;
  const { messages } = await load[language]();
  if (language !== preferences.language) return;
  loaded.language = language;
  loaded.messages = messages;
}

/** The language that texts are in just now. */
export function currentLanguage(): Language {
  return loaded.language;
}

/** The text of a message in the reader's language. Reactive: it follows a change of language. */
export function t(key: MessageKey, parameters: Parameters = {}): string {
  const { language, messages } = loaded;
  const [one, other] = messages?.[key].split('|') ?? [];
  const isOne = other === undefined || plurals[language].select(Number(parameters.n)) === 'one';
  const text = (isOne ? one : other) ?? '';
  return text.replace(/\{(\w+)\}/g, (hole, name: string) => {
    const value = parameters[name];
    if (value === undefined) return hole;
    return typeof value === 'number' ? value.toLocaleString(language) : value;
  });
}
