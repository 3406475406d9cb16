import type { Driver, Pointer } from '../ffi/driver.js';

/**
 * Passes memory that comes again and again by its address, which is asked for once: to find out
 * where a view's memory lies takes a call half of its time. Held until another comes, and with it
 * the address; a view that was cut off from its memory has no length, and is refused before.
 */
export class Pinned {
  readonly #driver: Driver;
  #view: Uint8Array | undefined;
  #address: bigint | undefined;

  constructor(driver: Driver) {
    this.#driver = driver;
  }

  at(view: Uint8Array): Pointer {
    return view === this.#view && this.#address !== undefined ? this.#address : this.#meet(view);
  }

  #meet(view: Uint8Array): Pointer {
    if (view === this.#view) {
      this.#address = this.#driver.address(view);
      return this.#address;
    }
    this.#view = view;
    this.#address = undefined;
    return view;
  }
}
