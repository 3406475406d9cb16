import { builtInKernel, type KernelDefinition } from '@spoor/bpf';

/** Returns a function of an event kind and a kernel side that makes each value once. */
export function byKernel<Value>(
  make: (event: string, kernel: KernelDefinition) => Value,
): (event: string, kernel?: KernelDefinition) => Value {
  const builtIn = new Map<string, Value>();
  const others = new WeakMap<KernelDefinition, Map<string, Value>>();
  const valuesOf = (kernel: KernelDefinition) => {
    if (kernel === builtInKernel) return builtIn;
    const known = others.get(kernel) ?? new Map<string, Value>();
    others.set(kernel, known);
    return known;
  };
  return (event, kernel = builtInKernel) => {
    const values = valuesOf(kernel);
    let value = values.get(event);
    if (value === undefined) {
      value = make(event, kernel);
      values.set(event, value);
    }
    return value;
  };
}
