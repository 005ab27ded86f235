import TestSequencer from '@jest/test-sequencer';

/** Whole stacks, browsers, packaging and simulations: each takes half a minute or more. */
const LONG = /\/tests\/|\/simulation\/|\/crash-test\/|functions\/bundles\.test|\/recordings\.test/;

/**
 * Starts the long suites first. On a fresh clone Jest knows no durations and goes by the size of the files, so a short file
 * that runs a whole stack for a minute would begin last and be waited for.
 */
export default class LongestFirstSequencer extends TestSequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    const isLong = ({ path }) => LONG.test(path);
    return [...sorted.filter(isLong), ...sorted.filter((test) => !isLong(test))];
  }
}
