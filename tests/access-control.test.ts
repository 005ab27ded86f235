import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { access, KEYS, LONG, METHODS, tokens } from './access/shared.ts';

// All tests share one stack with API keys, mutual TLS and debug logs. The last one stops it and searches its logs.
import './access/who-may-call.part.test.ts';
import './access/guarded-services.part.test.ts';

test(
  'no log contains a task token, API key or payment method, and no answer a token or key',
  async () => {
    await access.stack.stop();
    expect(tokens.size).toBeGreaterThanOrEqual(3);
    for (const token of tokens) {
      expect(token.length).toBeGreaterThanOrEqual(43);
    }
    const logs = readdirSync(access.logs).map((file) => [file, readFileSync(join(access.logs, file), 'utf8')]);
    expect(logs.map(([file]) => file).toSorted()).toEqual(
      expect.arrayContaining(['api.log', 'engine.log', 'inventory.log', 'payment.log']),
    );
    expect(logs.find(([file]) => file === 'api.log')?.[1]).toContain('answered');
    const secrets = [...tokens, ...Object.values(KEYS)];
    for (const secret of [...secrets, ...METHODS]) {
      expect(logs.filter(([, text]) => text?.includes(secret)).map(([file]) => `${secret} is in ${file}`)).toEqual([]);
    }
    for (const secret of secrets) {
      expect(access.api.answers.filter((answer) => answer.includes(secret))).toEqual([]);
    }
    expect(access.stack.output()).not.toContain(KEYS.ann);
  },
  LONG,
);
