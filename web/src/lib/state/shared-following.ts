/** Follows something for as long as anybody wants that, once for all of them. */
export class SharedFollowing {
  #followers = 0;
  #end: () => void = () => undefined;

  /** `begin` starts to follow, and returns what ends it. */
  constructor(private readonly begin: () => () => void) {}

  /** Returns what lets go of it. */
  follow(): () => void {
    this.#followers += 1;
    if (this.#followers === 1) this.#end = this.begin();
    return () => {
      this.#followers -= 1;
      if (this.#followers === 0) this.#end();
    };
  }
}
