/** Bytes that are fetched before the records in them are handed out: a page, which stays in the first cache. */
const block = 4096;
/** Fewer records say little. */
const enough = 4096;
/** Measurements of a contest: half of them each way, by turns. */
const contest = 8;
/** Measurements between two contests, at most: it doubles up to there. */
const longestRest = 512;

/**
 * Whether a reader fetches its ring's lines before the records in them are handed out.
 *
 * Records differ in length, and who reads a few fields of each leaves gaps: no processor can tell which line comes next, and each record
 * waits for memory. Lines that are read one after the other it fetches ahead. Where the ring lies in a cache anyhow, that is work for
 * nothing, and so it is where records are long or all of one length. So both ways are timed by turns, and the quicker is taken until
 * the next contest (bench/tried.md has what each costs). What others' work holds up is left out: of each way the quickest counts.
 */
export class ReadAhead {
  readonly #now: () => number;
  #fetches = true;
  #began = 0;
  #records = 0;
  #took = 0;
  /** Of a record in this contest, in milliseconds: without fetching and with it. */
  #least: [number, number] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  #contest = true;
  /** Measurements until the contest, or the rest, is over. */
  #left = contest;
  #rest = contest;

  /** The clock, in milliseconds, is looked at in contests alone: after others' work a look takes a microsecond. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** A drain begins. Returns how many bytes to fetch at a time; 0: none. */
  begin(): number {
    if (this.#contest) this.#began = this.#now();
    return this.bytes;
  }

  get bytes(): number {
    return this.#fetches ? block : 0;
  }

  /** The drain has ended, and handed out so many records. One that is not told of, because it threw, does not count. */
  end(records: number): void {
    if (records === 0) return;
    this.#records += records;
    if (this.#contest) this.#took += this.#now() - this.#began;
    if (this.#records < enough) return;
    this.#left--;
    if (this.#contest) this.#compare(this.#took / this.#records);
    if (this.#left === 0) this.#turn();
    this.#records = 0;
    this.#took = 0;
  }

  #compare(cost: number): void {
    const way = this.#fetches ? 1 : 0;
    this.#least[way] = Math.min(this.#least[way], cost);
    this.#fetches = this.#left > 0 ? !this.#fetches : this.#least[1] <= this.#least[0];
  }

  #turn(): void {
    this.#contest = !this.#contest;
    this.#left = this.#contest ? contest : this.#rest;
    if (!this.#contest) return;
    this.#least = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    this.#rest = Math.min(this.#rest * 2, longestRest);
  }
}
