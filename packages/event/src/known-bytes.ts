/** More are not kept: what comes by itself is a few dozen; a file may say anything. */
const most = 1024;

/** Texts that lines have in them, by a number that they are made of, as bytes: made once. */
export class KnownBytes {
  readonly #known = new Map<number, Uint8Array>();
  readonly #make: (number: number) => string;

  constructor(make: (number: number) => string) {
    this.#make = make;
  }

  of(number: number): Uint8Array {
    const known = this.#known.get(number);
    if (known !== undefined) return known;
    const made = Buffer.from(this.#make(number));
    if (this.#known.size >= most) this.#known.clear();
    this.#known.set(number, made);
    return made;
  }
}
