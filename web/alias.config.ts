import { fileURLToPath } from 'node:url';

const own = (path: string) => fileURLToPath(new URL(`src/${path}`, import.meta.url));

/** What takes the place of parts of libraries that do much more than is needed here. */
export const alias = [
  { find: 'entities', replacement: own('lib/text/entities.ts') },
  { find: 'mdurl', replacement: own('lib/text/mdurl.ts') },
  { find: 'punycode.js', replacement: own('lib/text/punycode.ts') },
  { find: 'uc.micro', replacement: own('lib/text/uc-micro.ts') },
  // As Engine.IO's transports import it.
  { find: './webtransport.js', replacement: own('lib/webtransport.ts') },
  // As Socket.IO's parser imports them.
  { find: './binary.js', replacement: own('lib/socket-text.ts') },
  { find: './is-binary.js', replacement: own('lib/socket-text.ts') },
  // As lucide's icons import it.
  { find: '../Icon.svelte', replacement: own('components/Icon.svelte') },
];
