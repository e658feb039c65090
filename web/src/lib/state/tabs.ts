/** What one tab tells the others of the same browser, under a name. */
export interface Tabs<T> {
  tell(news: T): void;
  /** Hears what the others tell from here on. */
  hear(listener: (news: T) => void): void;
  close(): void;
}

export class BroadcastTabs<T> implements Tabs<T> {
  readonly #channel: BroadcastChannel;

  constructor(name: string) {
    this.#channel = new BroadcastChannel(name);
  }

  tell(news: T): void {
    this.#channel.postMessage(news);
  }

  hear(listener: (news: T) => void): void {
    this.#channel.onmessage = ({ data }: MessageEvent<T>) => listener(data);
  }

  close(): void {
    this.#channel.close();
  }
}
