import type {
  Authenticated,
  FinishLogin,
  LogIn,
  LoginAnswer,
  Me,
  Register,
  SecondFactor,
  SetUp,
} from '../../generated/contract';
import { RequestFailure } from '../failure';
import { request } from '../http';
import { onDemand } from '../on-demand';
import type { LastKnown } from './last-known';

/** `due`: a second factor is to be set up before anything else. */
export type SessionStatus = 'restoring' | 'unreachable' | 'anonymous' | 'due' | 'authenticated';

/** Says whose session's cookie this browser may hold: scripts cannot see it. */
export const HINT = 'maru:session';

/** Refreshed this long before it expires, so that no request goes out with a dying token. */
const EARLY_MS = 60_000;

/** Whoever waits longer for the server is shown what was known last. */
const PATIENCE_MS = 3000;

/** Who uses this tab. The access token lives in memory alone; the refresh token in a cookie. */
export class Session {
  status = $state<SessionStatus>('restoring');
  user = $state.raw<Me | null>(null);
  id = $state('');
  /** The session was ended from elsewhere, and the user should be told. */
  wasEnded = $state(false);
  /** What is shown until the server answers. */
  lastKnown: LastKnown | undefined;

  #token = '';
  #expiresAt = 0;
  #refreshing: Promise<void> | null = null;
  #isLeaving = false;

  /** Takes up the session that the browser's cookie holds, if any. */
  async restore(): Promise<void> {
    const userId = localStorage.getItem(HINT);
    if (!userId) {
      this.#forget();
      return;
    }
    try {
      await inTime(this.refresh());
    } catch (error) {
      if (error instanceof RequestFailure && error.code === 'unauthenticated') this.#forget();
      else await this.#recall(userId);
    }
  }

  /** Without a server: as it was. The connection goes on with the session, or ends it, as soon as it can. */
  async #recall(userId: string): Promise<void> {
    // A browser may refuse its disk, or lack the file that reads it.
    const known = await import('./last-known')
      .then(({ recall }) => recall(userId))
      .catch(() => undefined);
    // The server may have answered meanwhile.
    if (this.status !== 'restoring' && this.status !== 'unreachable') return;
    this.lastKnown = known;
    this.user = known?.me ?? null;
    this.status = known ? 'authenticated' : 'unreachable';
  }

  async setUp(account: SetUp): Promise<void> {
    this.#begin(await request('POST', '/setup', { body: account }));
  }

  async register(account: Register): Promise<void> {
    this.#begin(await request('POST', '/auth/register', { body: account }));
  }

  /** Logs in, or answers with what the second step needs. */
  async logIn(credentials: LogIn): Promise<SecondFactor | undefined> {
    const answer = await request<LoginAnswer>('POST', '/auth/login', { body: credentials });
    if ('secondFactor' in answer) return answer.secondFactor;
    this.#begin(answer);
    return undefined;
  }

  async finishLogIn(second: FinishLogin): Promise<void> {
    this.#begin(await request('POST', '/auth/login/code', { body: second }));
  }

  /** `tidy` is done before anybody else may log in. */
  async logOut(tidy: () => Promise<unknown>): Promise<void> {
    this.#isLeaving = true;
    try {
      await this.request('POST', '/auth/logout', {});
      await tidy();
      this.#forget();
    } finally {
      this.#isLeaving = false;
    }
  }

  /** The server ended the session, or does not know it any more. */
  end(): void {
    this.wasEnded = this.status === 'authenticated' && !this.#isLeaving;
    this.#forget();
  }

  /** A token that is good for a while yet. */
  async token(): Promise<string> {
    if (Date.now() > this.#expiresAt - EARLY_MS) await this.refresh();
    return this.#token;
  }

  /** Asks the HTTP API in the user's name. */
  async request<T>(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body?: unknown,
  ): Promise<T> {
    return request<T>(method, path, { body, token: await this.token() });
  }

  /** Trades the cookie for a new token; calls at the same time share one exchange. */
  refresh(): Promise<void> {
    this.#refreshing ??= exclusively('maru:refresh', async () => {
      const previous = this.user?.id;
      const granted = await request<Authenticated>('POST', '/auth/refresh', { body: {} });
      if (previous && granted.user.id !== previous) {
        // Another tab logged in as somebody else: this one shows the wrong person's rooms.
        location.reload();
      }
      this.#begin(granted);
    }).finally(() => (this.#refreshing = null));
    return this.#refreshing;
  }

  #begin(granted: Authenticated): void {
    this.#token = granted.accessToken;
    this.#expiresAt = Date.now() + lifetime(granted.accessToken);
    this.user = granted.user;
    this.id = granted.sessionId;
    this.wasEnded = false;
    this.lastKnown = undefined;
    this.status = granted.twoFactorDue ? 'due' : 'authenticated';
    localStorage.setItem(HINT, granted.user.id);
  }

  #forget(): void {
    this.#token = '';
    this.#expiresAt = 0;
    this.user = null;
    this.lastKnown = undefined;
    this.status = 'anonymous';
    // From here on no tab keeps anything more; what was kept goes.
    localStorage.removeItem(HINT);
    void onDemand(() => import('./last-known')).then(({ forgetAll }) => forgetAll());
  }
}

/** The same, if it takes no longer than somebody waits. */
function inTime<T>(work: Promise<T>): Promise<T> {
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => reject(RequestFailure.offline()), PATIENCE_MS);
  });
  return Promise.race([work, late]);
}

/** How long a token lives, from its own claims: the clocks of client and server may differ. */
function lifetime(token: string): number {
  const claims = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
  const { iat, exp } = JSON.parse(atob(claims)) as { iat: number; exp: number };
  return (exp - iat) * 1000;
}

/**
 * Runs one tab at a time. Browsers offer locks on secure origins only; on plain HTTP the server's
 * grace period for a spent refresh token covers two tabs that ask at once.
 */
function exclusively<T>(name: string, work: () => Promise<T>): Promise<T> {
  return 'locks' in navigator ? navigator.locks.request(name, work) : work();
}

export const session = new Session();
