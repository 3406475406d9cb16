import { posix } from 'node:path';
import type { Event, EventLayouts } from '@spoor/event';
import type { Scope } from '@spoor/filter';
import {
  compileEventFilter,
  type EventFilter,
  type FollowState,
  followFork,
  followMatch,
  followVerdict,
  linuxHost,
  notFollowed,
  resolveScope,
} from '@spoor/filter/reference';
import { checkRecorded, recordedFacts } from './facts.js';

/**
 * Evaluates scopes on the events of a recording, as the kernel would have done: membership,
 * descendants and events per scope. It sees only recorded events. A process out of scope has no
 * recorded fork to follow.
 */
export class ReplayScopes {
  readonly #scopes: readonly Scope[];
  readonly #takes: EventFilter;
  readonly #newProcessFlag: number;
  readonly #scriptFlag: number;
  /** By identity: the script that a process runs. */
  readonly #scripts = new Map<string, string>();
  /** Processes with `env` as the interpreter. Their next exec does not end the script. */
  readonly #byEnv = new Set<string>();
  /** By identity; without processes that carry no scope. */
  readonly #states = new Map<string, FollowState>();

  /**
   * @param layouts of the recording
   * @throws {SpoorError} UNSUPPORTED when a filter needs a fact that the recording does not have
   * @throws {SpoorError} INVALID_VALUE when a name does not exist on this machine
   */
  constructor(scopes: readonly Scope[], layouts: EventLayouts) {
    this.#scopes = scopes.map((scope) => resolveScope(scope, linuxHost()));
    for (const scope of this.#scopes) checkRecorded(scope, layouts);
    this.#takes = compileEventFilter(this.#scopes);
    this.#newProcessFlag = layouts.flags['new-process'] ?? 0;
    this.#scriptFlag = layouts.flags['script'] ?? 0;
  }

  /**
   * Returns the names of the scopes that the event belongs to. Call it with every event, in order.
   */
  judge(event: Event): readonly string[] {
    const identity = identityOf(event.tgid, event.startTimeNs);
    const script = this.#scriptOf(event, identity);
    const facts = recordedFacts(event, this.#newProcessFlag, script);
    const before = this.#states.get(identity) ?? notFollowed;
    const verdict = followVerdict(before, facts, this.#scopes);
    this.#keep(identity, followMatch(before, facts, this.#scopes));
    if (event.kind === 'fork') {
      const child = identityOf(event.childTgid, event.childStartTimeNs);
      this.#keep(child, followFork(before, facts, this.#scopes));
      if (script !== '' && child !== identity) this.#scripts.set(child, script);
    }
    if (event.kind === 'exit') {
      this.#states.delete(identity);
      this.#scripts.delete(identity);
      this.#byEnv.delete(identity);
    }
    const taken = this.#takes(event);
    return verdict
      .filter((scope) => (taken >> BigInt(this.#scopes.indexOf(scope))) & 1n)
      .map(({ name }) => name);
  }

  /** Returns the script that the process of an event runs; empty if it is not known. */
  #scriptOf(event: Event, identity: string): string {
    if (event.kind === 'exec') {
      if ((event.headerFlags & this.#scriptFlag) !== 0) {
        this.#scripts.set(identity, posix.normalize(event.filename));
        if (/\/env$/.test(event.path)) this.#byEnv.add(identity);
      } else if (!this.#byEnv.delete(identity)) this.#scripts.delete(identity);
    }
    return this.#scripts.get(identity) ?? '';
  }

  #keep(identity: string, state: FollowState): void {
    if (state.followed.size > 0 || state.excluded.size > 0) this.#states.set(identity, state);
  }
}

/** Returns the identity of a process: ids are reused, but not with the same start time. */
function identityOf(tgid: number, startTimeNs: bigint): string {
  return `${tgid} ${startTimeNs}`;
}
