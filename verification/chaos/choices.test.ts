import { expect, test } from '@jest/globals';
import { Choices } from './choices.ts';

function draw(choices: Choices) {
  return Array.from({ length: 8 }, () => choices.between(0, 1000));
}

test('a seed and a name repeat their decisions, whatever else was decided', () => {
  draw(new Choices(7, 'another cell'));
  expect(draw(new Choices(7, 'a cell'))).toEqual(draw(new Choices(7, 'a cell')));
});

test('another seed or another name decides otherwise', () => {
  const decided = draw(new Choices(7, 'a cell'));
  expect(draw(new Choices(8, 'a cell'))).not.toEqual(decided);
  expect(draw(new Choices(7, 'another cell'))).not.toEqual(decided);
});

test('shuffling loses nothing and never and always are what they say', () => {
  const choices = new Choices(7, 'a cell');
  expect([...choices.shuffled([1, 2, 3, 4])].sort()).toEqual([1, 2, 3, 4]);
  expect([choices.happens(0), choices.happens(100)]).toEqual([false, true]);
  expect(() => choices.pick([])).toThrow('nothing to choose from');
});
