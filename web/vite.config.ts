import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import { alias } from './alias.config.ts';
import { barePurifier } from './bare-purifier.plugin.ts';
import { firstLoad } from './chunks.config.ts';
import { offline } from './offline.plugin.ts';
import { plainElements } from './plain-elements.plugin.ts';
import { trustedTemplates } from './trusted.plugin.ts';

const server = process.env.MARU_URL ?? 'http://localhost:8080';

export default defineConfig({
  plugins: [plainElements(), barePurifier(), svelte(), trustedTemplates(), offline()],
  resolve: { alias },
  experimental: {
    // Where the server is reached below a path, it writes that into the page, and whatever the page names is found
    // from there.
    renderBuiltUrl: (_, { hostType }) => ({ relative: hostType !== 'html' }),
  },
  build: {
    target: 'es2022',
    modulePreload: {
      polyfill: false,
      // A part's styles must be there before it; its scripts find each other. The list of all of
      // them would be a part of the first load.
      resolveDependencies: (_, files, { hostType }) =>
        hostType === 'html' ? files : files.filter((file) => file.endsWith('.css')),
    },
    // The server's policy is `default-src 'self'`: nothing may be inlined as a data: URL.
    assetsInlineLimit: 0,
    rolldownOptions: {
      output: {
        codeSplitting: { groups: firstLoad },
      },
    },
  },
  server: {
    proxy: {
      '/api': server,
      '/socket.io': { target: server, ws: true },
    },
  },
});
