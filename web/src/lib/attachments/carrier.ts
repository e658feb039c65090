import { DetailedError, Upload as TusUpload } from 'tus-js-client';
import type { Ack, Attachment, FileAnswer, Voice } from '../../generated/contract';
import { API } from '../base';
import { RequestFailure } from '../failure';
import type { Session } from '../state/session.svelte';
import type { Carriage } from './attached.svelte';
import type { Carrier } from './uploads.svelte';

const ENDPOINT = `${API}/files`;
/** Proxies let requests of a certain size through; 100 MB is a common limit. */
const PART_BYTES = 64 * 1024 * 1024;

/** Brings files to the server in parts (tus), so that a broken upload goes on where it was. */
export class TusCarrier implements Carrier {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  begin(file: File, voice?: Voice): Carriage {
    let settle: (error?: Error) => void = () => undefined;
    let tell: (sent: number) => void = () => undefined;
    const upload = new TusUpload(file, {
      endpoint: ENDPOINT,
      chunkSize: PART_BYTES,
      metadata: {
        filename: file.name,
        ...(voice && { durationMs: String(voice.durationMs), peaks: voice.peaks }),
      },
      // Whoever asked for the upload decides when it goes on.
      retryDelays: null,
      storeFingerprintForResuming: false,
      onBeforeRequest: async (request) => {
        request.setHeader('Authorization', `Bearer ${await this.#session.token()}`);
      },
      onProgress: (sent) => tell(sent),
      onSuccess: () => settle(),
      onError: (error) => settle(error),
    });
    return {
      go: async (onprogress) => {
        tell = onprogress;
        await new Promise<void>((resolve, reject) => {
          settle = (error) => (error ? reject(failureOf(error)) : resolve());
          upload.start();
        });
        return this.#find(idOf(upload.url));
      },
      abandon: () => upload.abort(true),
      halt: () => void upload.abort(),
    };
  }

  async discard(fileId: string): Promise<void> {
    await this.#session.request('DELETE', `/files/${fileId}`);
  }

  async #find(fileId: string): Promise<Attachment> {
    const { file } = await this.#session.request<FileAnswer>('GET', `/files/${fileId}`);
    return file;
  }
}

function idOf(address: string | null): string {
  return address?.split('/').at(-1) ?? '';
}

/** What the server said, or that it was not reached. */
function failureOf(error: Error): RequestFailure {
  const response = error instanceof DetailedError ? error.originalResponse : null;
  if (!response) return RequestFailure.offline();
  try {
    const answer = JSON.parse(response.getBody()) as Ack<object>;
    if (!answer.success) return RequestFailure.from(answer.error);
  } catch {
    // An answer without a body, or a proxy's page.
  }
  switch (response.getStatus()) {
    case 413:
      return new RequestFailure('too_large', 'a proxy refuses requests of this size');
    case 409:
    case 423:
      return new RequestFailure('conflict', 'the upload is elsewhere by now');
    default:
      return RequestFailure.offline();
  }
}
