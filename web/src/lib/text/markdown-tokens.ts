import type { Token } from 'markdown-it';

/** What stands in a block, with every text that is in no link and no code replaced. */
export function withTextsReplaced(tokens: Token[], replace: (text: Token) => Token[]): Token[] {
  let links = 0;
  return tokens.flatMap((token) => {
    if (token.type === 'link_open') links += 1;
    if (token.type === 'link_close') links -= 1;
    return token.type === 'text' && links === 0 ? replace(token) : [token];
  });
}
