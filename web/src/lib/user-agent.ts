import { t } from './i18n/catalogue.svelte';

/** Names of products, which are the same in every language. Later ones contain earlier names. */
const browsers: [RegExp, string][] = [
  [/Edg(?:e|A|iOS)?\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/SamsungBrowser\//, 'Samsung Internet'],
  [/Whale\//, 'Whale'],
  [/Firefox\/|FxiOS\//, 'Firefox'],
  [/Chrome\/|CriOS\//, 'Chrome'],
  [/Safari\//, 'Safari'],
];

const systems: [RegExp, string][] = [
  [/Android/, 'Android'],
  [/iPhone/, 'iPhone'],
  [/iPad/, 'iPad'],
  [/Windows/, 'Windows'],
  [/Mac OS X|Macintosh/, 'macOS'],
  [/CrOS/, 'ChromeOS'],
  [/Linux/, 'Linux'],
];

export interface Agent {
  browser: string | undefined;
  system: string | undefined;
  isPhone: boolean;
}

/** What a browser says of itself, as people name it. */
export function describeAgent(userAgent: string): Agent {
  const find = (names: [RegExp, string][]) =>
    names.find(([pattern]) => pattern.test(userAgent))?.[1];
  return {
    browser: find(browsers),
    system: find(systems),
    isPhone: /Mobile|Android|iPhone/.test(userAgent),
  };
}

/** What a device is called: its browser and system, as far as they are known. */
export function deviceName(userAgent: string): string {
  const { browser, system } = describeAgent(userAgent);
  if (browser && system) return t('settings.devices.on', { browser, system });
  return browser ?? system ?? t('settings.devices.unknown');
}
