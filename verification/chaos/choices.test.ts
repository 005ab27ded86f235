import { expect, test } from '@jest/globals';
import { Choices } from './choices.ts';

function draw(choices: Choices) {
  return Array.from({ length: 8 }, () => choices.between(0, 1000));
}

test('a seed and a name reproduce their choices, whatever else was drawn', () => {
  draw(new Choices(7, 'another cell'));
  expect(draw(new Choices(7, 'a cell'))).toEqual(draw(new Choices(7, 'a cell')));
});

test('another seed or another name makes other choices', () => {
  const drawn = draw(new Choices(7, 'a cell'));
  expect(draw(new Choices(8, 'a cell'))).not.toEqual(drawn);
  expect(draw(new Choices(7, 'another cell'))).not.toEqual(drawn);
});

test('shuffling loses no element, 0 % never happens and 100 % always', () => {
  const choices = new Choices(7, 'a cell');
  expect([...choices.shuffled([1, 2, 3, 4])].sort()).toEqual([1, 2, 3, 4]);
  expect([choices.happens(0), choices.happens(100)]).toEqual([false, true]);
  expect(() => choices.pick([])).toThrow('nothing to choose from');
});
