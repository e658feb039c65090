/**
 * Stands in for the package `punycode.js` in markdown-it: browsers encode the names of hosts
 * themselves. An encoded name is shown as it is, so that a link cannot pass for another.
 */
export default {
  toASCII(host: string): string {
    try {
      return new URL(`https://${host}`).hostname;
    } catch {
      return host;
    }
  },
  toUnicode: (host: string): string => host,
};
