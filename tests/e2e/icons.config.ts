import config from './playwright.config.js'

export default { ...config, testMatch: 'icons.ts' }
