import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import { alias } from './alias.config.ts';

const server = process.env.MARU_URL ?? 'http://localhost:8080';

export default defineConfig({
  plugins: [svelte()],
  resolve: { alias },
  build: {
    target: 'es2022',
    modulePreload: { polyfill: false },
    // The server's policy is `default-src 'self'`: nothing may be inlined as a data: URL.
    assetsInlineLimit: 0,
    rolldownOptions: {
      output: {
        // Libraries change seldom: their file stays in the browser's cache over most upgrades.
        // What is loaded when it is needed is no part of it.
        codeSplitting: {
          groups: [
            { name: 'libraries', test: /node_modules\/(?!highlight\.js|emoji-picker-element)/ },
          ],
        },
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
