import { afterEach, expect, it, vi } from 'vitest';
import type { Attachment } from '../../generated/contract';
import type { Session } from '../state/session.svelte';
import { TusCarrier } from './carrier';
import { withUploaded } from './with-uploaded';

const uploaded = { id: 'file', kind: 'image' } as Attachment;
const file = new File(['x'], 'x.png');
const session = {} as Session;

function watched() {
  vi.spyOn(TusCarrier.prototype, 'begin').mockReturnValue({
    go: () => Promise.resolve(uploaded),
  } as unknown as ReturnType<TusCarrier['begin']>);
  return vi.spyOn(TusCarrier.prototype, 'discard').mockRejectedValue(new Error('no answer'));
}

afterEach(() => void vi.restoreAllMocks());

it('lets the upload go after something was made of it', async () => {
  const discard = watched();
  expect(await withUploaded(session, file, ({ id }) => Promise.resolve(id))).toBe('file');
  expect(discard).toHaveBeenCalledExactlyOnceWith('file');
});

it('lets it go also when nothing could be made of it, and says why', async () => {
  const discard = watched();
  const refused = withUploaded(session, file, () => Promise.reject(new Error('refused')));
  await expect(refused).rejects.toThrow('refused');
  expect(discard).toHaveBeenCalledExactlyOnceWith('file');
});
