import { expect, test } from '@jest/globals';
import { spreadItems } from './hot-items.ts';

const LONGEST = 'i'.repeat(64);

test.each([
  ['one item', 'item-1:16', [{ itemId: 'item-1', shards: 16 }]],
  [
    'several items, with blanks',
    ' a:2 , b:64 ',
    [
      { itemId: 'a', shards: 2 },
      { itemId: 'b', shards: 64 },
    ],
  ],
  ['an item with colons in its id', 'shop:Pen_1.0:8', [{ itemId: 'shop:Pen_1.0', shards: 8 }]],
  ['an id of 64 characters', `${LONGEST}:2`, [{ itemId: LONGEST, shards: 2 }]],
])('SHARDED_ITEMS takes %s', (_what, text, expected) => {
  expect(spreadItems.parse(text)).toEqual(expected);
});

test.each([
  ['nothing', ''],
  ['an item without shards', 'item-1'],
  ['an item without an id', ':16'],
  ['one shard, which spreads nothing', 'item-1:1'],
  ['more shards than an item may have', 'item-1:65'],
  ['shards of four digits', 'item-1:0016'],
  ['shards that are no number', 'item-1:many'],
  ['an id with a blank', 'item 1:16'],
  ['an id of 65 characters', `${LONGEST}i:2`],
  ['a wrong item among right ones', 'a:2,b,c:2'],
  ['an empty item at the end', 'a:2,'],
])('SHARDED_ITEMS refuses %s, and says what it takes', (_what, text) => {
  const message = 'must be item:shards, separated by commas, with 2 to 64 shards, such as item-1:16';
  expect(spreadItems.safeParse(text).error?.issues).toMatchObject([{ message }]);
});
