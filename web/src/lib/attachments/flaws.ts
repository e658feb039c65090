import { RequestFailure } from '../failure';
import type { LaterTexts } from '../i18n/texts';

/** Why a file cannot be sent. Each has its text: `files.flaw.…`. */
export type UploadFlaw =
  | 'empty'
  | 'unreadable'
  /** The page went away before it was there. */
  | 'lost'
  | 'tooLarge'
  | 'personFull'
  | 'serverFull'
  | 'diskFull'
  | 'tooMany'
  | 'refused';

export const flawTexts: Record<UploadFlaw, keyof LaterTexts> = {
  empty: 'files.flaw.empty',
  unreadable: 'files.flaw.unreadable',
  lost: 'files.flaw.lost',
  tooLarge: 'files.flaw.tooLarge',
  personFull: 'files.flaw.personFull',
  serverFull: 'files.flaw.serverFull',
  diskFull: 'files.flaw.diskFull',
  tooMany: 'files.flaw.tooMany',
  refused: 'files.flaw.refused',
};

/** Whether an upload that broke may simply go on. `isBegun`: the server had agreed to it. */
export function isPassing(error: unknown, isBegun: boolean): boolean {
  if (!(error instanceof RequestFailure)) return false;
  switch (error.code) {
    case 'offline':
    case 'rate_limited':
    case 'unauthenticated':
      return true;
    // A part that came elsewhere than expected; before it begins, too many are unfinished.
    case 'conflict':
      return isBegun;
    case 'unavailable':
      return !isAboutDisk(error);
    default:
      return false;
  }
}

/** The server tells its limits apart by its words alone. */
export function flawOf(error: unknown): UploadFlaw {
  if (!(error instanceof RequestFailure)) return 'refused';
  switch (error.code) {
    case 'too_large':
      if (error.message.includes('on this server')) return 'serverFull';
      return error.message.includes('your files') ? 'personFull' : 'tooLarge';
    case 'conflict':
      return 'tooMany';
    case 'unavailable':
      return 'diskFull';
    default:
      return 'refused';
  }
}

function isAboutDisk({ message }: RequestFailure): boolean {
  return message.includes('disk');
}
