import type { SectionName } from '../room-sections';
import { teamInfo } from './team-info.svelte';

const KEY = 'maru:preferences';

export type Language = 'en' | 'ko';
export type Theme = 'system' | 'light' | 'dark';
export type Density = 'comfortable' | 'compact';
export const accents = ['indigo', 'teal', 'green', 'amber', 'rose', 'violet'] as const;
export type Accent = (typeof accents)[number];
/** What is told beyond the page, while one is open. */
export type NotifyAbout = 'everything' | 'mentions' | 'nothing';

interface Kept {
  language: Language | 'auto';
  theme: Theme;
  density: Density;
  /** None: the team's. */
  ownAccent?: Accent | undefined;
  foldedSections: SectionName[];
  notifyAbout: NotifyAbout;
  sounds: boolean;
  /** The user was offered notifications of the system, and has answered. */
  wasAskedToNotify: boolean;
}

/** As it was kept before a team had an accent of its own. */
interface Former {
  accent?: Accent;
}

const defaults: Kept = {
  language: 'auto',
  theme: 'system',
  density: 'comfortable',
  foldedSections: [],
  notifyAbout: 'mentions',
  sounds: true,
  wasAskedToNotify: false,
};

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

  get density(): Density {
    return this.#kept.density;
  }

  get accent(): Accent {
    return this.#kept.ownAccent ?? teamInfo.accent ?? 'indigo';
  }

  /** What the user chose for themselves. */
  get ownAccent(): Accent | undefined {
    return this.#kept.ownAccent;
  }

  get foldedSections(): SectionName[] {
    return this.#kept.foldedSections;
  }

  get notifyAbout(): NotifyAbout {
    return this.#kept.notifyAbout;
  }

  get sounds(): boolean {
    return this.#kept.sounds;
  }

  get wasAskedToNotify(): boolean {
    return this.#kept.wasAskedToNotify;
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
  try {
    // It was kept even of those who had not chosen any.
    const { accent = 'indigo', ...kept } = JSON.parse(
      localStorage.getItem(KEY) ?? '{}',
    ) as Partial<Kept> & Former;
    return { ...defaults, ...(accent === 'indigo' ? {} : { ownAccent: accent }), ...kept };
  } catch {
    return defaults;
  }
}

function browserLanguage(): Language {
  return navigator.languages.find((tag) => /^(ko|en)\b/.test(tag))?.startsWith('ko') ? 'ko' : 'en';
}

export const preferences = new Preferences();
