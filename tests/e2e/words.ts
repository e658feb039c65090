// What the client says, from its own catalogue.

import { messages as english } from '../../web/src/lib/i18n/en.js'
import { messages as laterEnglish } from '../../web/src/lib/i18n/en.later.js'
import { messages as korean } from '../../web/src/lib/i18n/ko.js'
import { messages as laterKorean } from '../../web/src/lib/i18n/ko.later.js'

const catalogues = {
  en: { ...english, ...laterEnglish },
  ko: { ...korean, ...laterKorean },
}

export type Language = keyof typeof catalogues

/** A text as its reader sees it. Of texts that count, the one for several is taken unless `n` is 1. */
export type Words = (key: keyof typeof catalogues.en, parameters?: Record<string, string | number>) => string

export function wordsIn(language: Language): Words {
  return (key, parameters = {}) => {
    const [one = '', other = one] = catalogues[language][key].split('|')
    return (parameters.n === 1 ? one : other).replace(/\{(\w+)\}/g, (_hole, name: string) => String(parameters[name]))
  }
}
