import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { startHttpServer } from '../tests/support/http-server.ts';

// Each case in a process of its own: the variables are read once, and OpenTelemetry's context manager is global.

const TRACING = JSON.stringify(join(import.meta.dirname, 'tracing.ts'));
const WORK = `
  const began = performance.now();
  const result = await traced({ name: 'work', kind: 'INTERNAL' }, async ({ traceparent }) => traceparent ?? 'no span');
  await flushSpans();
  await traced({ name: 'more work', kind: 'INTERNAL' }, async () => undefined);
  await flushSpans();
  const { default: modules } = await import('node:module');
  const isLoaded = Object.keys(modules._cache).some((file) => file.includes('sdk-trace-base'));
  console.log(JSON.stringify({ result, isLoaded, ms: performance.now() - began }));
  process.exit(0);
`;

interface Outcome {
  readonly result: string;
  readonly isLoaded: boolean;
  readonly ms: number;
}

function run(endpoint: string): Outcome {
  const script = `import { flushSpans, traced } from ${TRACING};${WORK}`;
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--experimental-strip-types', '--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', script],
    {
      encoding: 'utf8',
      env: { ...process.env, NODE_OPTIONS: '', OTEL_EXPORTER_OTLP_ENDPOINT: endpoint },
      timeout: 20_000,
    },
  );
  expect(stderr).toBe('');
  return JSON.parse(stdout) as Outcome;
}

test('without an endpoint there are no spans, and OpenTelemetry’s SDK is not loaded', () => {
  expect(run('')).toMatchObject({ result: 'no span', isLoaded: false });
});

test('with an endpoint work has a span, and a collector that is away holds nothing up', () => {
  const { result, isLoaded, ms } = run('http://127.0.0.1:9');
  expect(result).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  expect(isLoaded).toBe(true);
  expect(ms).toBeLessThan(3_000);
});

test('a collector that does not answer costs one bounded wait, and the next flush costs none', async () => {
  const silent = await startHttpServer(() => undefined);
  try {
    const { ms } = run(silent.url);
    expect(ms).toBeGreaterThan(400);
    expect(ms).toBeLessThan(3_000);
  } finally {
    await silent.close();
  }
});
