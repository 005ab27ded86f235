import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { load } from 'js-yaml';
import * as z from 'zod';

const profileSchema = z.object({
  config: z.object({
    phases: z
      .array(z.object({ name: z.string(), duration: z.int().positive(), arrivalRate: z.number().positive() }))
      .min(1),
  }),
});

/** A phase of the load: for `duration` seconds, `arrivalRate` new customers a second. */
export type Phase = z.infer<typeof profileSchema>['config']['phases'][number];

/** The names of the load's profiles, each a file beside this one. */
export const PROFILES = ['smoke', 'spike'] as const;

/** The name of a profile: how many customers come, and when. */
export type Profile = (typeof PROFILES)[number];

/** The file of a profile, for artillery. */
export function profileFile(profile: Profile): string {
  return fileURLToPath(new URL(`${profile}.yml`, import.meta.url));
}

/** The file of what customers do, for artillery. */
export const ordersFile = fileURLToPath(new URL('orders.yml', import.meta.url));

/**
 * The phases of a profile, its durations and rates scaled.
 *
 * @param durationFactor 0.5 is half as long; never shorter than a second.
 * @param rateFactor 2 is twice as many customers a second.
 */
export async function readPhases(profile: Profile, durationFactor = 1, rateFactor = 1): Promise<readonly Phase[]> {
  const { config } = profileSchema.parse(load(await readFile(profileFile(profile), 'utf8')));
  return config.phases.map(({ name, duration, arrivalRate }) => ({
    name,
    duration: Math.max(1, Math.round(duration * durationFactor)),
    arrivalRate: arrivalRate * rateFactor,
  }));
}
