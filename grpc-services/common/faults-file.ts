import { readFileSync, statSync } from 'node:fs';
import { ConfigurationError } from './environment.ts';
import { type FaultInjection, injectFaults, noFaults } from './fault-injection.ts';
import { type FaultRule, faultRules } from './fault-rules.ts';
import type { Logger } from './logger.ts';

/** The variables that switch fault injection on. */
export interface FaultSettings {
  readonly FAULTS_ENABLED: boolean;
  readonly FAULTS_FILE?: string | undefined;
  readonly NODE_ENV?: string | undefined;
}

/**
 * Faults as the environment asks for them: none, or those in FAULTS_FILE, which is looked at on every call so that
 * rates change while the service runs. A missing file means no faults; one that cannot be read or parsed keeps the
 * rules from before and is logged.
 *
 * @throws ConfigurationError in production, or when no file is named
 */
export function faultsFrom(settings: FaultSettings, logger: Logger): FaultInjection {
  if (!settings.FAULTS_ENABLED) {
    return noFaults;
  }
  if (settings.NODE_ENV === 'production') {
    throw new ConfigurationError('FAULTS_ENABLED=1 is refused while NODE_ENV is production; unset one of them.');
  }
  if (settings.FAULTS_FILE === undefined) {
    throw new ConfigurationError('FAULTS_ENABLED=1 needs FAULTS_FILE, the path of a JSON file with the rules.');
  }
  logger.warn({ faults_file: settings.FAULTS_FILE }, 'calls will fail on purpose');
  return injectFaults(rulesIn(settings.FAULTS_FILE, logger), Math.random);
}

function rulesIn(file: string, logger: Logger): () => readonly FaultRule[] {
  let version = '';
  let rules: readonly FaultRule[] = [];
  return () => {
    const stats = statSync(file, { throwIfNoEntry: false });
    const current = stats === undefined ? 'absent' : `${stats.mtimeMs} ${stats.ino} ${stats.size}`;
    if (current === version) {
      return rules;
    }
    version = current;
    try {
      rules = stats === undefined ? [] : faultRules.parse(JSON.parse(readFileSync(file, 'utf8')));
    } catch (error) {
      logger.error({ err: error, faults_file: file }, 'the rules for faults cannot be read; the ones from before stay');
    }
    return rules;
  };
}
