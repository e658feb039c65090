import { fileURLToPath } from 'node:url';

export const alias = {
  entities: fileURLToPath(new URL('src/lib/text/entities.ts', import.meta.url)),
  mdurl: fileURLToPath(new URL('src/lib/text/mdurl.ts', import.meta.url)),
  'punycode.js': fileURLToPath(new URL('src/lib/text/punycode.ts', import.meta.url)),
  'uc.micro': fileURLToPath(new URL('src/lib/text/uc-micro.ts', import.meta.url)),
};
