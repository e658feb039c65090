/** What one tab tells the others of the same browser, under a name. */
export interface Tabs<T> {
  /** Nobody hears what is told after `close`. */
  tell(news: T): void;
  /** Hears what the others tell from here on. */
  hear(listener: (news: T) => void): void;
  close(): void;
}

export class BroadcastTabs<T> implements Tabs<T> {
  readonly #channel: BroadcastChannel;
  #isClosed = false;

  constructor(name: string) {
    this.#channel = new BroadcastChannel(name);
  }

  tell(news: T): void {
    if (!this.#isClosed) this.#channel.postMessage(news);
  }

  hear(listener: (news: T) => void): void {
    this.#channel.onmessage = ({ data }: MessageEvent<T>) => listener(data);
  }

  close(): void {
    this.#isClosed = true;
    this.#channel.close();
  }
}
