import type { Ack } from '../generated/contract';
import { API } from './base';
import { RequestFailure } from './failure';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Asks the HTTP API. Throws a `RequestFailure` for every answer but success. */
export async function request<T>(
  method: Method,
  path: string,
  options: { body?: unknown; token?: string } = {},
): Promise<T> {
  const headers: Record<string, string> = {};
  if (options.body !== undefined) headers['Content-Type'] = 'application/json';
  if (options.token) headers.Authorization = `Bearer ${options.token}`;
  let answer: Ack<T>;
  try {
    const response = await fetch(`${API}${path}`, {
      method,
      headers,
      body: options.body === undefined ? null : JSON.stringify(options.body),
      signal: AbortSignal.timeout(15_000),
    });
    answer = (await response.json()) as Ack<T>;
  } catch {
    // No connection, no answer in time, or a proxy's page where the server's JSON should be.
    throw RequestFailure.offline();
  }
  if (!answer.success) throw RequestFailure.from(answer.error);
  return answer;
}
