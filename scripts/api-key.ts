/** `npm run api-key -- create NAME --role ROLE`: makes an API key and prints the settings for it. Stores nothing. */
import { parseArgs } from 'node:util';
import { API_KEY_HEADER, apiKeyEntry, hashOfApiKey, newApiKey, parseApiKeys } from '../functions/access/api-keys.ts';
import { ROLES, type Role } from '../functions/access/roles.ts';
import { ConfigurationError } from '../functions/common/configuration.ts';

const NAME = /^[A-Za-z0-9._-]{1,64}$/;

const USAGE = `npm run api-key -- create NAME [--role customer|operator]

Makes an API key for NAME (1 to 64 letters, digits or . _ -), which owns the orders placed with it, and prints the settings
for it. The default is a customer's key. An operator's key sees all orders and may do everything with them: redrive, abandon,
refund, change stock, and send events to webhooks. The new entry is added to API_KEYS if that is set. A second key of the same NAME sees the same orders. To rotate a key, add a new one and
remove the old one later.`;

const { name, role } = readArguments();

const key = newApiKey();
const present = presentKeys(process.env.API_KEYS);
const entries = [...present, { name, hash: hashOfApiKey(key), role }].map(apiKeyEntry).join(',');

console.log(`The key of ${name}, ${role === 'operator' ? 'an operator' : 'a customer'}; it is shown only now and stored nowhere:

  ${key}

On this machine:

  AUTH_MODE=api-key API_KEYS='${entries}' npm start

  curl http://localhost:3000/inventory/stocks -H '${API_KEY_HEADER}: ${key}'

On AWS (read at the next deployment; STAGE is yours):

  aws ssm put-parameter --overwrite --type String --name /orders/STAGE/api-keys --value '${entries}'

The entries hold only hashes and are no secret; the key is.`);

function readArguments(): { readonly name: string; readonly role: Role } {
  try {
    const options = { role: { type: 'string', default: 'customer' }, help: { type: 'boolean' } } as const;
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    if (values.help === true) {
      console.log(USAGE);
      process.exit(0);
    }
    const [command, name, ...rest] = positionals;
    const role = ROLES.find((each) => each === values.role);
    if (command !== 'create' || name === undefined || rest.length > 0 || role === undefined || !NAME.test(name)) {
      throw new Error('the arguments are not as below');
    }
    return { name, role };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    process.exit(2);
  }
}

function presentKeys(entries: string | undefined): ReturnType<typeof parseApiKeys> {
  try {
    return entries ? parseApiKeys(entries) : [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) {
      throw error;
    }
    console.error(error.message);
    process.exit(1);
  }
}
