import { describe, expect, test } from '@jest/globals';
import {
  contentOf,
  type Invoke,
  refusing,
  until,
  WAYS,
  withStreamedTable,
} from '../../tests/support/streamed-table.ts';

const table = withStreamedTable();

describe.each(WAYS)('what a function is given of a stream read by %s', (way) => {
  test('changes reach the function in their order, whether made before or after the start', async () => {
    await table.make();
    await table.put('a');
    const { taken } = await table.takeAll({ way });
    await until('the first change is taken', () => taken.includes('a=1'));
    await table.change('a', '2');
    await table.change('a', '3');
    await table.put('b');
    await until('all changes are taken', () => taken.includes('b=1'));
    expect(taken.slice(-3)).toEqual(['a=2', 'a=3', 'b=1']);
  });

  test('a function that fails gets the same batch until it takes it, and nothing behind it overtakes', async () => {
    await table.make();
    await table.put('a');
    const calls: (readonly string[])[] = [];
    let failures = 0;
    const invoke: Invoke = async (records) => {
      const content = contentOf(records);
      calls.push(content);
      if (content.includes('b=1') && failures < 3) {
        failures += 1;
        throw new Error('not now');
      }
      return [];
    };
    await table.follow(invoke, { way });
    await until('the stream is read', () => calls.length >= 2);
    await table.put('b');
    await until('the batch has failed', () => failures >= 1);
    await table.put('c');
    await until('all is taken', () => calls.flat().includes('c=1'));
    expect(calls.slice(2)).toEqual([['b=1'], ['b=1'], ['b=1'], ['b=1'], ['c=1']]);
  });

  test('failures of the function drop nothing, however many; a record that is refused for long is dropped and told about', async () => {
    await table.make();
    await table.put('a');
    const taken: string[] = [];
    let failures = 0;
    const { warnings } = await table.follow(
      async (records) => {
        // The fourth is 140 ms after the first.
        if (failures < 4) {
          failures += 1;
          throw new Error('not now');
        }
        taken.push(...contentOf(records));
        return refusing('bad', records);
      },
      { way, giveUpAfterMs: 100 },
    );
    await until('the stream is read', () => taken.length >= 2);
    expect(warnings).toEqual([]);
    await table.put('bad');
    await until('it is dropped', () => warnings.length > 0);
    await table.put('c');
    await until('what follows is taken', () => taken.includes('c=1'));
    expect(warnings).toEqual([expect.stringContaining('1 changes of')]);
  });

  test('of a batch with one refused record only that record is tried again', async () => {
    await table.make();
    await table.put('first');
    const taken: string[] = [];
    let refused = 0;
    await table.follow(
      async (records) => {
        taken.push(...contentOf(records));
        const bad = refusing('bad', records);
        refused += bad.length;
        return refused <= 1 ? bad : [];
      },
      { way, pauses: { gatheringMs: 300 } },
    );
    // Once as an item of the table, once from the stream: from then on only the stream is read.
    await until('the stream is read', () => taken.length >= 2);
    await Promise.all([table.put('good'), table.put('bad')]);
    await until('the refused record is tried again', () => refused >= 2);
    expect(taken.filter((record) => record === 'good=1')).toHaveLength(1);
    expect(taken.filter((record) => record === 'bad=1')).toHaveLength(2);
  });

  test('of the items of a table without a checkpoint, too, only the refused one is tried again', async () => {
    await table.make('without a stream');
    await Promise.all([table.put('good'), table.put('bad')]);
    await table.make();
    const calls: (readonly string[])[] = [];
    const invoke: Invoke = async (records) => {
      calls.push(contentOf(records));
      return calls.length === 1 ? refusing('bad', records) : [];
    };
    await table.follow(invoke, { way });
    await until('the refused item is tried again', () => calls.length >= 2);
    expect(calls[0]?.toSorted()).toEqual(['bad=1', 'good=1']);
    expect(calls[1]).toEqual(['bad=1']);
  });

  test('changes that follow each other closely are taken together', async () => {
    await table.make();
    const batches: (readonly string[])[] = [];
    await table.follow(
      async (records) => {
        batches.push(contentOf(records));
        return [];
      },
      { way, pauses: { gatheringMs: 500 } },
    );
    await table.put('first');
    await until('the first change is taken', () => batches.flat().includes('first=1'));
    const before = batches.length;
    for (let n = 1; n <= 10; n += 1) {
      await table.put('a', String(n));
    }
    await until('all changes are taken', () => batches.flat().includes('a=10'));
    const all = batches.slice(before);
    expect(all.flat().filter((content) => content.startsWith('a='))).toEqual(
      Array.from({ length: 10 }, (_, n) => `a=${n + 1}`),
    );
    expect(all.length).toBeLessThanOrEqual(4);
  });
});
