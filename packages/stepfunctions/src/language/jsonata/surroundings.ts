import type { Draws } from '../draws.ts';
import type { Meter } from './meter.ts';

/** What the functions of one evaluation draw on. */
export interface Surroundings {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly draws: Draws;
  readonly meter: Meter;
}

/** The variable that holds the {@link Surroundings}: no expression can name it. */
export const SURROUNDINGS = ' surroundings';
