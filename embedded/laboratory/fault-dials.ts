import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { InvalidRequestError } from '../../functions/common/errors.ts';
import type { FaultRule } from '../../grpc-services/common/fault-injection.ts';

/** The services whose calls can be made to fail. */
export const DIALLED_SERVICES = ['inventory', 'payment'] as const;

/** A service with dials. */
export type DialledService = (typeof DIALLED_SERVICES)[number];

/** The longest delay of a call: longer than any caller waits for it. */
const MAX_LATENCY_MS = 10_000;

function wholeNumber(most: number): z.ZodInt {
  const error = `must be a whole number from 0 to ${most}`;
  return z.int({ error }).min(0, { error }).max(most, { error });
}

/** Parses what the dials of one service say. */
export const faultRates = z
  .strictObject({
    /** Calls that fail before they have any effect. */
    error_percent: wholeNumber(100),
    /** Calls that have their effect, and whose reply is lost. */
    lose_reply_percent: wholeNumber(100),
    /** The delay of every call. */
    latency_ms: wholeNumber(MAX_LATENCY_MS),
  })
  .readonly();

/** What the dials of one service say. */
export type FaultRates = z.output<typeof faultRates>;

const NO_FAULTS: FaultRates = { error_percent: 0, lose_reply_percent: 0, latency_ms: 0 };

/** The variables of a service's fault injection. A person who sets one of them injects faults of their own. */
const OWN_VARIABLES = ['FAULTS_ENABLED', 'FAULTS_FILE'] as const;

/**
 * Fault rates of the services, changed while they run: each service reads a file of its own, its FAULTS_FILE, which this
 * class writes. The rates end with the stack.
 *
 * @example
 * const dials = new FaultDials(directory.faults, process.env);
 * spawn('node', ['payment/main.ts'], { env: { ...process.env, ...dials.environment('payment') } });
 * dials.turn('payment', { error_percent: 100, lose_reply_percent: 0, latency_ms: 0 }); // from the next call on
 */
export class FaultDials {
  /** Why there are no dials, for a person; undefined where there are. */
  readonly unavailable: string | undefined;
  readonly #folder: string;
  readonly #rates = new Map<DialledService, FaultRates>();

  /** @param environment what the services inherit */
  constructor(folder: string, environment: Readonly<Record<string, string | undefined>>) {
    this.#folder = folder;
    const own = OWN_VARIABLES.find((variable) => (environment[variable] ?? '') !== '');
    if (own !== undefined) {
      this.unavailable = `The stack was started with ${own}, so faults are injected as that says. Unset it for dials.`;
    } else if (environment.NODE_ENV === 'production') {
      this.unavailable = 'The stack was started with NODE_ENV=production, which refuses faults. Unset it for dials.';
    }
  }

  /** The variables that make a service read its dials; none where there are no dials. */
  environment(service: DialledService): Readonly<Record<string, string>> {
    return this.unavailable === undefined ? { FAULTS_ENABLED: '1', FAULTS_FILE: this.#file(service) } : {};
  }

  /** The rates of a service at this moment. */
  rates(service: DialledService): FaultRates {
    return this.#rates.get(service) ?? NO_FAULTS;
  }

  /** Sets the rates of a service, from its next call on. @throws InvalidRequestError where there are no dials */
  turn(service: DialledService, rates: FaultRates): void {
    if (this.unavailable !== undefined) {
      throw new InvalidRequestError([{ path: 'service', message: `has no dials. ${this.unavailable}` }]);
    }
    const isWell = Object.values(rates).every((rate) => rate === 0);
    const rules: readonly Partial<FaultRule>[] = isWell ? [] : [{ rpc: '*', ...rates }];
    // Renamed into place: the service may read at any moment.
    const written = `${this.#file(service)}.new`;
    writeFileSync(written, `${JSON.stringify({ rules })}\n`);
    renameSync(written, this.#file(service));
    this.#rates.set(service, rates);
  }

  /** Forgets the rates that an earlier stack has left. Called before the services start. */
  reset(): void {
    for (const service of DIALLED_SERVICES) {
      rmSync(this.#file(service), { force: true });
    }
    this.#rates.clear();
  }

  #file(service: DialledService): string {
    return join(this.#folder, `${service}.json`);
  }
}
