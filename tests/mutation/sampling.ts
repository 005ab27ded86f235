import { createHash } from 'node:crypto';
import { type Checker, type CheckResult, CheckStatus } from '@stryker-mutator/api/check';
import type { Mutant, StrykerOptions } from '@stryker-mutator/api/core';
import { commonTokens, declareClassPlugin, PluginKind, tokens } from '@stryker-mutator/api/plugin';

/** What `main.ts` writes into Stryker's options. */
export interface Sampling {
  /** Mutants to try; all where there are no more. */
  readonly size: number;
  readonly seed: number;
}

/**
 * A checker that lets only a random sample of the mutants through. It reports that the others do not compile, so they count
 * neither as noticed nor as survivors. The same seed and code choose the same mutants.
 */
export class SampleChecker implements Checker {
  static readonly inject = tokens(commonTokens.options);
  readonly #sampling: Sampling;

  constructor(options: StrykerOptions) {
    this.#sampling = options.sampling as Sampling;
  }

  async init(): Promise<void> {}

  /** One group of all mutants, because only who sees all of them can choose a number of them. */
  async group(mutants: Mutant[]): Promise<string[][]> {
    return [mutants.map(({ id }) => id)];
  }

  async check(mutants: Mutant[]): Promise<Record<string, CheckResult>> {
    const drawn = new Set(
      mutants
        .map((mutant) => ({ id: mutant.id, rank: rankOf(mutant, this.#sampling.seed) }))
        .sort((left, right) => left.rank.localeCompare(right.rank))
        .slice(0, this.#sampling.size)
        .map(({ id }) => id),
    );
    return Object.fromEntries(
      mutants.map(({ id }) => [
        id,
        drawn.has(id)
          ? { status: CheckStatus.Passed }
          : { status: CheckStatus.CompileError, reason: 'not drawn for the sample' },
      ]),
    );
  }
}

function rankOf({ fileName, location, mutatorName, replacement }: Mutant, seed: number): string {
  const place = `${fileName.replace(/^.*\.stryker-tmp\/[^/]*\//, '')}:${location.start.line}:${location.start.column}`;
  return createHash('sha256').update(`${seed} ${place} ${mutatorName} ${replacement}`).digest('hex');
}

/** Stryker finds its plugins by this name. */
export const strykerPlugins = [declareClassPlugin(PluginKind.Checker, 'sample', SampleChecker)];
