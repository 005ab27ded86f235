import type { MutantResult } from '@stryker-mutator/api/core';
import { declareClassPlugin, PluginKind } from '@stryker-mutator/api/plugin';
import type { Reporter } from '@stryker-mutator/api/report';

const TOLD: ReadonlySet<string> = new Set(['Survived', 'NoCoverage', 'Timeout']);

/** Prints each mutant that no test has failed for as soon as it is known, so that a run that is broken off was not in vain. */
export class SurvivorReporter implements Reporter {
  onMutantTested({ status, fileName, location, mutatorName, replacement = '' }: MutantResult): void {
    if (TOLD.has(status)) {
      const { line, column } = location.start;
      console.log(
        `${status}: ${fileName}:${line}:${column} ${mutatorName} => ${replacement.replaceAll(/\s+/g, ' ').slice(0, 120)}`,
      );
    }
  }
}

/** Stryker finds its plugins by this name. */
export const strykerPlugins = [declareClassPlugin(PluginKind.Reporter, 'survivors', SurvivorReporter)];
