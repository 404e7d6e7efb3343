interface Closable {
  close(): Promise<void>;
}

export interface Once<T extends Closable> {
  /** Made by the first call; an attempt that failed is made again by the next. */
  get(): Promise<T>;
  /** Closes what was made. */
  close(): Promise<void>;
}

/** Something that is made when it is first needed, once, and closed at the end. */
export function once<T extends Closable>(make: () => Promise<T>): Once<T> {
  let made: Promise<T> | undefined;
  return {
    get() {
      if (made) return made;
      const attempt = make();
      made = attempt;
      attempt.catch(() => {
        if (made === attempt) made = undefined;
      });
      return attempt;
    },
    async close() {
      await made?.then(
        (value) => value.close(),
        () => {},
      );
    },
  };
}
