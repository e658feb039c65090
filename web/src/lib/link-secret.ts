/** The secret of a printed link: `#secret`, `#token=secret` or `?token=secret`. */
export function linkSecret(location: Pick<Location, 'hash' | 'search'>): string {
  const fragment = location.hash.slice(1);
  if (fragment.includes('=')) return new URLSearchParams(fragment).get('token') ?? '';
  return fragment || (new URLSearchParams(location.search).get('token') ?? '');
}
