/** Distinct strings of a column, numbered in the order they came. Number 0 is "absent". */
export class TextDictionary {
  readonly #ids = new Map<string, number>();
  readonly #values: (string | null)[] = [null];

  get size(): number {
    return this.#values.length;
  }

  /** The number of `value`; anything but a non-empty string is "absent". */
  idOf(value: unknown): number {
    if (typeof value !== 'string' || value === '') return 0;
    const known = this.#ids.get(value);
    if (known !== undefined) return known;
    const id = this.#values.length;
    this.#ids.set(value, id);
    this.#values.push(value);
    return id;
  }

  /** The number of a value that is there already. */
  find(value: string | null): number | undefined {
    return value === null ? 0 : this.#ids.get(value);
  }

  valueOf(id: number): string | null {
    return this.#values[id] ?? null;
  }
}
