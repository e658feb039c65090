import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Plugin } from 'vite';

const SOURCE = new URL('./src/service-worker.js', import.meta.url);
/** Beside the page and its scripts and styles, what the page names itself. */
const ALWAYS = ['favicon.svg', 'manifest.webmanifest'];

/** What few people use, or seldom: it is kept from its first use on. */
const SELDOM =
  /^assets\/(highlight|sounds|EmojiPopover|QrCode|InviteLinkDialog|(Setup|Invite|Reset)Page|NewAccountFields)-/;

/** Writes the service worker with the names of the files that the client consists of. */
export function offline(): Plugin {
  return {
    name: 'maru-offline',
    apply: 'build',
    // Behind Vite, which takes empty files out again.
    enforce: 'post',
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        const files = Object.keys(bundle)
          .filter((name) => /\.(js|css)$/.test(name) && !SELDOM.test(name))
          .concat(ALWAYS)
          .sort();
        const list = JSON.stringify(files);
        const build = createHash('sha256').update(list).digest('hex').slice(0, 12);
        const source = readFileSync(SOURCE, 'utf8')
          .replace('__BUILD__', build)
          .replace("['__FILES__']", list);
        this.emitFile({ type: 'asset', fileName: 'sw.js', source });
      },
    },
  };
}
