// Writes a brotli and a gzip twin beside every file of the build that they make smaller,
// so that the server never compresses while it serves.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const root = process.argv[2];
if (!root) throw new Error('usage: node compress.mjs FOLDER');

const encoders = {
  '.br': (bytes) =>
    promisify(brotliCompress)(bytes, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
        [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
      },
    }),
  '.gz': (bytes) => promisify(gzip)(bytes, { level: constants.Z_BEST_COMPRESSION }),
};

const entries = await readdir(root, { recursive: true, withFileTypes: true });
const files = entries.filter(
  (entry) => entry.isFile() && !Object.keys(encoders).some((suffix) => entry.name.endsWith(suffix)),
);
await Promise.all(
  files.map(async (entry) => {
    const path = join(entry.parentPath, entry.name);
    const bytes = await readFile(path);
    for (const [suffix, encode] of Object.entries(encoders)) {
      const packed = await encode(bytes);
      if (packed.length < bytes.length) await writeFile(path + suffix, packed);
    }
  }),
);
