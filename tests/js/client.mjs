// One person's connection through the official client: what it hears is kept, and every wait is bounded.

import assert from 'node:assert/strict';
import { io } from 'socket.io-client';

const BOUND_MS = 5_000;

/** Fails with `what` when the promise takes longer than the bound. */
export async function bounded(promise, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`${what} did not come within ${BOUND_MS} ms`)),
      BOUND_MS,
    );
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

export class Client {
  #heard = [];
  #waiting = new Set();

  constructor(socket) {
    this.socket = socket;
    socket.onAny((event, ...args) => {
      this.#heard.push({ event, args, taken: false });
      for (const look of this.#waiting) look();
    });
  }

  /**
   * Connects and waits for `ready`, whose payload becomes `client.ready`.
   * With both transports it also waits until the websocket has taken over.
   */
  static async connect(url, transports, auth) {
    const socket = io(url, {
      transports,
      auth,
      forceNew: true,
      reconnection: false,
      autoConnect: false,
    });
    const client = new Client(socket);
    const refused = new Promise((_, reject) => socket.once('connect_error', reject));
    const upgraded =
      transports.length === 1
        ? undefined
        : new Promise((resolve) => {
            socket.io.once('open', () => socket.io.engine.once('upgrade', resolve));
          });
    socket.connect();
    try {
      client.ready = await bounded(Promise.race([client.#next('ready'), refused]), 'ready');
      if (upgraded) await bounded(upgraded, 'the upgrade');
    } catch (error) {
      socket.disconnect();
      throw error;
    }
    assert.equal(socket.io.engine.transport.name, transports.at(-1));
    return client;
  }

  /** Sends an event and answers its acknowledgement, whatever that says. */
  call(event, payload) {
    const answer = new Promise((resolve) => {
      this.socket.emit(event, payload, (...args) => resolve(args));
    });
    return bounded(answer, `the acknowledgement of ${event}`).then((args) => {
      assert.equal(args.length, 1, `${event} was acknowledged with ${args.length} arguments`);
      return args[0];
    });
  }

  /** Sends what has to succeed. */
  async ok(event, payload) {
    const answer = await this.call(event, payload);
    assert.equal(answer.success, true, `${event} answered ${JSON.stringify(answer)}`);
    return answer;
  }

  /** Sends what has to fail, and answers the error's code. */
  async refused(event, payload) {
    const answer = await this.call(event, payload);
    assert.equal(answer.success, false, `${event} answered ${JSON.stringify(answer)}`);
    assert.equal(typeof answer.error.message, 'string');
    return answer.error.code;
  }

  /** The payload of the earliest event of this name that fits and was not looked at before, past or to come. */
  hear(event, fits = () => true) {
    return bounded(this.#next(event, fits), event);
  }

  async #next(event, fits = () => true) {
    const { args } = await new Promise((resolve) => {
      const look = () => {
        const heard = this.#heard.find(
          (one) => !one.taken && one.event === event && fits(one.args[0]),
        );
        if (!heard) return;
        heard.taken = true;
        this.#waiting.delete(look);
        resolve(heard);
      };
      this.#waiting.add(look);
      look();
    });
    assert.equal(args.length, 1, `${event} came with ${args.length} arguments`);
    return args[0];
  }

  /** The payloads of all events of this name so far. */
  all(event) {
    return this.#heard.filter((one) => one.event === event).map((one) => one.args[0]);
  }

  /** The names of all events so far that mention `text` (an id, say), in order. */
  eventsAbout(text) {
    return this.#heard
      .filter((one) => JSON.stringify(one.args).includes(text))
      .map((one) => one.event);
  }

  close() {
    this.socket.disconnect();
  }
}
