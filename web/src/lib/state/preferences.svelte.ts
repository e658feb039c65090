const KEY = 'maru:preferences';

export type Language = 'en' | 'ko';
export type Theme = 'system' | 'light' | 'dark';

interface Kept {
  language: Language | 'auto';
  theme: Theme;
}

/** What this browser's user likes; kept in localStorage, shared with its other tabs. */
class Preferences {
  #kept = $state.raw<Kept>(read());

  readonly language = $derived(
    this.#kept.language === 'auto' ? browserLanguage() : this.#kept.language,
  );

  get chosenLanguage(): Language | 'auto' {
    return this.#kept.language;
  }

  get theme(): Theme {
    return this.#kept.theme;
  }

  constructor() {
    addEventListener('storage', (event) => {
      if (event.key === KEY) this.#kept = read();
    });
  }

  change(changes: Partial<Kept>): void {
    this.#kept = { ...this.#kept, ...changes };
    localStorage.setItem(KEY, JSON.stringify(this.#kept));
  }
}

function read(): Kept {
  const defaults: Kept = { language: 'auto', theme: 'system' };
  try {
    return { ...defaults, ...(JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Kept>) };
  } catch {
    return defaults;
  }
}

function browserLanguage(): Language {
  return navigator.languages.find((tag) => /^(ko|en)\b/.test(tag))?.startsWith('ko') ? 'ko' : 'en';
}

export const preferences = new Preferences();
