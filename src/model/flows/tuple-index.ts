const FIRST_CAPACITY = 1024;

/** Frees an array that was outgrown at once: the garbage collector does not hurry for memory that is not its own. */
const release = (array: Int32Array<ArrayBuffer>): void => void array.buffer.transfer(0);

/**
 * Distinct tuples of integers, numbered in the order they came: an open-addressing table over typed arrays, because a Map of
 * composed keys costs several times the time and memory at a million rows.
 */
export class TupleIndex {
  readonly #width: number;
  #slots = new Int32Array(FIRST_CAPACITY * 2).fill(-1);
  #tuples: Int32Array<ArrayBuffer>;
  #size = 0;
  // Hashes differ from process to process: nobody can prepare values that collide.
  readonly #seed = Math.trunc(Math.random() * 0x7fff_ffff);

  constructor(width: number) {
    this.#width = width;
    this.#tuples = new Int32Array(FIRST_CAPACITY * width);
  }

  get size(): number {
    return this.#size;
  }

  /** The number of the tuple in `tuple[0 … width-1]`, a new one if it was not seen before. */
  idOf(tuple: Int32Array): number {
    const mask = this.#slots.length - 1;
    let slot = this.#hash(tuple, 0) & mask;
    for (;;) {
      const id = this.#slots[slot] ?? -1;
      if (id === -1) return this.#add(tuple, slot);
      if (this.#equals(id, tuple)) return id;
      slot = (slot + 1) & mask;
    }
  }

  /** The number of a tuple that was seen before. */
  find(tuple: Int32Array): number | undefined {
    const mask = this.#slots.length - 1;
    for (let slot = this.#hash(tuple, 0) & mask; ; slot = (slot + 1) & mask) {
      const id = this.#slots[slot] ?? -1;
      if (id === -1) return undefined;
      if (this.#equals(id, tuple)) return id;
    }
  }

  /** Component `position` of tuple number `id`. */
  at(id: number, position: number): number {
    return this.#tuples[id * this.#width + position] ?? 0;
  }

  #hash(values: Int32Array, from: number): number {
    let hash = this.#seed;
    for (let i = 0; i < this.#width; i += 1) {
      hash = Math.imul(hash ^ (values[from + i] ?? 0), 0x9e37_79b1);
      hash ^= hash >>> 15;
    }
    hash = Math.imul(hash, 0x85eb_ca6b);
    return hash ^ (hash >>> 13);
  }

  #equals(id: number, tuple: Int32Array): boolean {
    const from = id * this.#width;
    for (let i = 0; i < this.#width; i += 1) if (this.#tuples[from + i] !== tuple[i]) return false;
    return true;
  }

  #add(tuple: Int32Array, slot: number): number {
    const id = this.#size;
    if ((id + 1) * this.#width > this.#tuples.length) {
      const larger = new Int32Array(Math.ceil(this.#tuples.length * 1.5));
      larger.set(this.#tuples);
      release(this.#tuples);
      this.#tuples = larger;
    }
    for (let i = 0; i < this.#width; i += 1) this.#tuples[id * this.#width + i] = tuple[i] ?? 0;
    this.#slots[slot] = id;
    this.#size += 1;
    if (this.#size * 2 > this.#slots.length) this.#rehash();
    return id;
  }

  #rehash(): void {
    const slots = new Int32Array(this.#slots.length * 2).fill(-1);
    const mask = slots.length - 1;
    for (let id = 0; id < this.#size; id += 1) {
      let slot = this.#hash(this.#tuples, id * this.#width) & mask;
      while (slots[slot] !== -1) slot = (slot + 1) & mask;
      slots[slot] = id;
    }
    release(this.#slots);
    this.#slots = slots;
  }
}
