/**
 * Stands in for the package `mdurl` in markdown-it, with what browsers know about addresses: a link's
 * host is encoded by `punycode.ts`, everything else is percent-encoded where it is not yet.
 */

interface Parts {
  protocol: string;
  slashes: boolean;
  auth: string;
  hostname: string;
  port: string;
  pathname: string;
}

const PARTS =
  /^(?<protocol>[a-z][a-z0-9+.-]*:)?(?<slashes>\/\/)?(?:(?<=\/\/)(?:(?<auth>[^/?#]*)@)?(?:\[(?<address>[^\]/?#]*)\]|(?<hostname>[^/?#:]*))(?<port>:\d*)?)?(?<pathname>.*)$/is;

export function parse(address: string): Parts {
  const parts = PARTS.exec(address.trim())?.groups ?? {};
  const { protocol = '', slashes = '', auth = '', port = '', pathname = '' } = parts;
  const hostname = parts.address ?? parts.hostname ?? '';
  return { protocol, slashes: slashes !== '', auth, hostname, port, pathname };
}

export function format({ protocol, slashes, auth, hostname, port, pathname }: Parts): string {
  const user = auth === '' ? '' : `${auth}@`;
  const host = hostname.includes(':') ? `[${hostname}]` : hostname;
  return `${protocol}${slashes ? '//' : ''}${user}${host}${port}${pathname}`;
}

/** Leaves what is encoded already as it is. */
export function encode(text: string): string {
  return encodeURI(text.replace(/\p{Surrogate}/gu, '\ufffd')).replace(/%25(?=[0-9a-f]{2})/gi, '%');
}

/** For reading; what would make another address of it stays encoded. */
export function decode(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (encoded) => {
    try {
      return decodeURI(encoded.replace(/%25/g, '%2525'));
    } catch {
      return encoded;
    }
  });
}

decode.defaultChars = '';
