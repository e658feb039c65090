import { BASE } from '../base';

const MARK =
  'M6.5 7h11v4.5h-11zM20 7h5.5v4.5H20zM6.5 13.75H12v4.5H6.5zM14.5 13.75h11v4.5h-11zM6.5 20.5h11V25h-11zM20 20.5h5.5V25H20z';
const MOST_SHOWN = 9;

/** The favicon with a number on it; without a number for 0. */
function faviconOf(count: number): string {
  if (count === 0) return `${BASE}favicon.svg`;
  const text = count > MOST_SHOWN ? `${MOST_SHOWN}+` : String(count);
  const width = text.length > 1 ? 22 : 18;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
<rect width="32" height="32" rx="8" fill="#3f4fb0"/>
<path d="${MARK}" fill="#fff" stroke="#fff" stroke-linejoin="round"/>
<rect x="${32 - width}" y="14" width="${width}" height="18" rx="9" fill="#c2410c" stroke="#fff" stroke-width="1.5"/>
<text x="${32 - width / 2}" y="28" text-anchor="middle" font-family="system-ui,sans-serif" font-size="14" font-weight="700" fill="#fff">${text}</text>
</svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

/** Shows how much is unread on the tab, and on the icon of the installed app. */
export function showUnread(count: number): void {
  const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  if (link) link.href = faviconOf(count);
  // Only some browsers have it, and only for installed apps.
  if ('setAppBadge' in navigator) navigator.setAppBadge(count).catch(() => undefined);
}
