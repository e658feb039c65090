import type { FileLimit } from '../../generated/contract';
import { RequestFailure } from '../failure';
import { t } from '../i18n/catalogue.svelte';
import { sizeText } from './size-text';

/** Why a file cannot be sent. */
export interface UploadFlaw {
  kind:
    | FileLimit
    | 'empty'
    | 'unreadable'
    /** The page went away before it was there. */
    | 'lost'
    | 'lost_voice'
    /** Something between here and the server does not let it through. */
    | 'proxy'
    | 'refused';
  /** How much a limit is, in bytes or in uploads, where the server tells it. */
  most?: number;
}

/** Whether an upload that broke may simply go on. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof RequestFailure) || error.limit) return false;
  switch (error.code) {
    case 'offline':
    case 'rate_limited':
    case 'unauthenticated':
    case 'unavailable':
    // A part came elsewhere than expected.
    case 'conflict':
      return true;
    default:
      return false;
  }
}

export function flawOf(error: unknown): UploadFlaw {
  if (!(error instanceof RequestFailure)) return { kind: 'refused' };
  const { code, limit, most } = error;
  if (limit) return { kind: limit, ...(most === undefined ? {} : { most }) };
  return { kind: code === 'too_large' ? 'proxy' : 'refused' };
}

export function explainFlaw({ kind, most = 0 }: UploadFlaw): string {
  return t(`files.flaw.${kind}`, { size: sizeText(most), n: most });
}
