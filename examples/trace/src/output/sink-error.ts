import { SpoorError } from '@spoor/btf';
import { errnoNameOf, type Sink } from './sink.js';

/** Why a sink takes no more, as an error; undefined while it does. */
export function sinkError({ failure, name }: Sink): SpoorError | undefined {
  if (failure === undefined) return undefined;
  return failure.code === 'EPIPE'
    ? new SpoorError('OUTPUT_CLOSED', `Nobody reads ${name} any more`, { cause: failure })
    : new SpoorError('OUTPUT_UNWRITABLE', `${name} cannot be written: ${errnoNameOf(failure)}`, {
        remedy: 'What was written before is there.',
        cause: failure,
      });
}
