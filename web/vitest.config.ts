import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { alias } from './alias.config.ts';
import { barePurifier } from './bare-purifier.plugin.ts';

export default defineConfig({
  plugins: [barePurifier(), svelte()],
  // Without it Svelte resolves to its server build, which has no effects and no mount().
  resolve: { conditions: ['browser'], alias },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.ts'],
    restoreMocks: true,
    // Only what is bundled follows the aliases, and the plugins.
    server: { deps: { inline: ['dompurify', 'markdown-it', 'linkify-it'] } },
  },
});
