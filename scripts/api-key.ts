/** `npm run api-key -- create NAME`: makes an API key and prints what to configure. Keeps nothing. */
import { API_KEY_HEADER, apiKeyEntry, hashOfApiKey, newApiKey, parseApiKeys } from '../functions/access/api-keys.ts';

const USAGE = `npm run api-key -- create NAME

Makes an API key for NAME (1 to 64 letters, digits or . _ -), under which its orders are kept, and prints it with what to
configure. Where API_KEYS is set, the new entry is added to it. A second key of the same NAME sees the same orders, so a
key is exchanged by adding one and later taking the other out.`;

const [command, name, ...rest] = process.argv.slice(2);
if (command !== 'create' || name === undefined || rest.length > 0 || !/^[A-Za-z0-9._-]{1,64}$/.test(name)) {
  console.error(USAGE);
  process.exit(command === '--help' ? 0 : 2);
}

const key = newApiKey();
const present = process.env.API_KEYS ? parseApiKeys(process.env.API_KEYS) : [];
const entries = [...present, { name, hash: hashOfApiKey(key) }].map(apiKeyEntry).join(',');

console.log(`The key of ${name}; it is shown this once and kept nowhere:

  ${key}

On this machine:

  AUTH_MODE=api-key API_KEYS='${entries}' npm start

  curl http://localhost:3000/inventory/stocks -H '${API_KEY_HEADER}: ${key}'

On AWS (read at the next deployment; STAGE is yours):

  aws ssm put-parameter --overwrite --type String --name /orders/STAGE/api-keys --value '${entries}'

The entries hold hashes alone and are no secret; the key is.`);
