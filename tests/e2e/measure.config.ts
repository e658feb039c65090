import config from './playwright.config.js'

export default { ...config, testMatch: 'measure.ts', timeout: 60 * 60_000, workers: 1 }
