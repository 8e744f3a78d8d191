/** wasi:io/poll */
import type { IoPoll } from './abi.generated.ts';
import { checkRange, returnPointer, storeList } from './canonical.ts';
import type { Context } from './context.ts';
import { trap } from './lower.ts';
import { Pollable, pollAll } from './pollable.ts';

/** Of one call. Attack: a list of 2^29 handles, walked through and copied while nothing else runs. */
const maxPollables = 65_536;

export function ioPoll(context: Context): IoPoll {
  const { resources } = context;
  return {
    '[method]pollable.ready':
      ({ tables }) =>
      (self) =>
        pollAll(context, [resources.get(tables.pollable, self, Pollable)], false).length,

    '[method]pollable.block':
      ({ tables }) =>
      (self) =>
        context.wait(resources.get(tables.pollable, self, Pollable)),

    poll: (lower) => (list, count, result) => {
      const { memory, tables } = lower;
      const [from, length] = [list >>> 0, count >>> 0];
      const at = returnPointer(lower, result, 8, 4);
      if (length === 0) trap('empty poll list');
      if (length > maxPollables) trap(`more than ${maxPollables} pollables in one call`);
      checkRange(memory, from, length * 4, 4);
      const pollables = Array.from({ length }, (_, i) =>
        resources.get(tables.pollable, memory.u32(from + i * 4), Pollable),
      );
      const ready = pollAll(context, pollables, true);
      storeList(lower, at, ready, { stride: 4, align: 4, store: (index, to) => memory.setU32(to, index) });
    },

    '[resource-drop]pollable': (representation) => resources.drop(representation),
  };
}
