/** `npm run api-key -- create NAME`: makes an API key and prints the settings for it. Stores nothing. */
import { API_KEY_HEADER, apiKeyEntry, hashOfApiKey, newApiKey, parseApiKeys } from '../functions/access/api-keys.ts';

const USAGE = `npm run api-key -- create NAME

Makes an API key for NAME (1 to 64 letters, digits or . _ -), which owns the orders placed with it, and prints the settings
for it. The new entry is added to API_KEYS if that is set. A second key of the same NAME sees the same orders. To rotate a
key, add a new one and remove the old one later.`;

const [command, name, ...rest] = process.argv.slice(2);
if (command !== 'create' || name === undefined || rest.length > 0 || !/^[A-Za-z0-9._-]{1,64}$/.test(name)) {
  console.error(USAGE);
  process.exit(command === '--help' ? 0 : 2);
}

const key = newApiKey();
const present = process.env.API_KEYS ? parseApiKeys(process.env.API_KEYS) : [];
const entries = [...present, { name, hash: hashOfApiKey(key) }].map(apiKeyEntry).join(',');

console.log(`The key of ${name}; it is shown only now and stored nowhere:

  ${key}

On this machine:

  AUTH_MODE=api-key API_KEYS='${entries}' npm start

  curl http://localhost:3000/inventory/stocks -H '${API_KEY_HEADER}: ${key}'

On AWS (read at the next deployment; STAGE is yours):

  aws ssm put-parameter --overwrite --type String --name /orders/STAGE/api-keys --value '${entries}'

The entries hold only hashes and are no secret; the key is.`);
