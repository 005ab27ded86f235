import * as z from 'zod';
import { onOrOff, wholeNumber } from './environment.ts';
import { LOG_LEVELS } from './logger.ts';

/** Variables that both services read; `defaultPort` is the service's own. */
export function serviceEnvironment(defaultPort: number) {
  return z.object({
    LISTEN_HOST: z.string().min(1).default('127.0.0.1'),
    PORT: wholeNumber(0, 65_535, defaultPort),
    LOG_LEVEL: z.enum(LOG_LEVELS).default('info'),
    DRAIN_SECONDS: wholeNumber(0, 3600, 10),
    CALL_DEADLINE_SECONDS: wholeNumber(1, 3600, 10),
    MAX_CONCURRENT_CALLS: wholeNumber(1, 10_000, 64),
    MAX_QUEUED_CALLS: wholeNumber(0, 100_000, 512),
    PARENT_WATCH: onOrOff,
    TLS_CERT_FILE: z.string().min(1).optional(),
    TLS_KEY_FILE: z.string().min(1).optional(),
    TLS_CLIENT_CA_FILE: z.string().min(1).optional(),
    FAULTS_ENABLED: onOrOff,
    FAULTS_FILE: z.string().min(1).optional(),
    NODE_ENV: z.string().optional(),
    AWS_ENDPOINT_URL: z.url().optional(),
    AWS_REGION: z.string().min(1).default('us-east-1'),
  });
}

/** What `serviceEnvironment` reads. */
export type ServiceEnvironment = z.output<ReturnType<typeof serviceEnvironment>>;
