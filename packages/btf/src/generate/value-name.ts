import { basename } from 'node:path';

/** Words that cannot be the name of an exported value in strict TypeScript. */
const reserved: ReadonlySet<string> = new Set(
  `arguments await break case catch class const continue debugger default delete do else enum eval export
  extends false finally for function if implements import in instanceof interface let new null package
  private protected public return static super switch this throw true try typeof undefined var void while
  with yield`.split(/\s+/),
);

/** Returns true for a text that no exported value can have as its name. */
export const isReserved = (name: string): boolean => !/^[A-Za-z_$][\w$]*$/.test(name) || reserved.has(name);

/** The name of an object by its file, as `openObject` names it. */
export const objectName = (file: string): string => basename(file).replace(/(\.bpf)?\.[oc]$/, '') || 'object';

/** The name of a value by its object's file: `packet-counter.bpf.o` is `packetCounter`. */
export function valueName(file: string): string {
  const [head = '', ...rest] = objectName(file)
    .split(/[^A-Za-z0-9$]+/)
    .filter((word) => word !== '');
  const words = [head.charAt(0).toLowerCase() + head.slice(1), ...rest.map(capitalized)];
  const name = words.join('') || 'object';
  if (/^\d/.test(name)) return `_${name}`;
  return reserved.has(name) ? `${name}_` : name;
}

const capitalized = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
