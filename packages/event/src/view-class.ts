import { compileCodec } from '@spoor/btf';
import type { EventField, EventShape } from './layouts.js';
import { EventView, type ViewOwner } from './view.js';

export type ViewClass = new (owner: ViewOwner) => EventView;

/** The class of an event's views. `lists`: the variable parts that hold texts with a NUL after each. */
export function viewClass(shape: EventShape, lists: readonly string[]): ViewClass {
  const toObject = objectMaker(shape);
  class View extends EventView {
    override toObject(): object {
      return toObject(this);
    }
  }
  // On the prototype, where the engine takes them for the constants that they are.
  const constants = { kind: shape.kind, shape };
  for (const [name, value] of Object.entries(constants))
    Object.defineProperty(View.prototype, name, { value });
  for (const field of shape.fields) EventView.define(View.prototype, field, lists.includes(field.name));
  for (const field of shape.absent) {
    const value = absentValue(field, lists.includes(field.name));
    Object.defineProperty(View.prototype, field.name, { value });
    if (typeof value !== 'bigint') continue;
    for (const half of ['Lo', 'Hi']) Object.defineProperty(View.prototype, field.name + half, { value: 0 });
  }
  return View;
}

/** What a field reads as that the record's layout does not have. */
function absentValue({ layout, variable, name, role }: EventField, list: boolean): unknown {
  if (variable) return list ? [] : '';
  if (role === 'header' && name === 'origin') return 'unknown';
  return compileCodec(layout).decode(new Uint8Array(layout.size));
}

/** One function that reads every field: generated, where the process may generate code, for it is the slow one else. */
function objectMaker(shape: EventShape): (view: EventView) => object {
  const names = ['kind', ...[...shape.fields, ...shape.absent].map(({ name }) => name)];
  try {
    return new Function('view', `return { ${names.map((name) => `${name}: view.${name}`).join(', ')} };`) as (
      view: EventView,
    ) => object;
  } catch {
    return (view) => {
      const fields = view as unknown as Record<string, unknown>;
      return Object.fromEntries(names.map((name) => [name, fields[name]]));
    };
  }
}
