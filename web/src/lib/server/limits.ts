/** A limit as it was typed, in whole parts of its unit; null for none, undefined for what is no such number. */
export function limitOf(text: string, unit = 1): number | null | undefined {
  const typed = text.trim();
  if (typed === '') return null;
  if (!/^\d+(\.\d+)?$/.test(typed)) return undefined;
  if (unit === 1 && typed.includes('.')) return undefined;
  const limit = Math.round(Number(typed) * unit);
  return Number.isSafeInteger(limit) ? limit : undefined;
}
