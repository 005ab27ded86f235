import { type CertificateRequest, type KeyPair, makeAuthority, signCertificate } from '../certificate-authority.ts';

/** Where the certificates of a stage are kept. */
export interface SecretStore {
  /** Undefined where there is no such secret. */
  readonly read: (name: string) => Promise<string | undefined>;
  /** Makes the secret, or replaces its value. */
  readonly write: (name: string, value: string) => Promise<void>;
}

/**
 * - `renew`: new certificates by the newest authority. The first time an authority too.
 * - `if-missing`: the same, but only where something is missing.
 * - `add-authority`: everybody trusts a new authority too; the certificates stay.
 * - `drop-authorities`: everybody trusts the newest authority alone; the certificates stay.
 */
export type Change = 'renew' | 'if-missing' | 'add-authority' | 'drop-authorities';

const AUTHORITY_DAYS = 3_650;
const CERTIFICATE_DAYS = 365;

/** What functions and services read. */
interface Certificates extends KeyPair {
  readonly authorities: string;
}

/**
 * Makes or changes the certificates of a stage.
 *
 * @returns the names of the secrets that were written
 * @throws Error where certificates are to stay and are not there, or are not by a trusted authority any more
 */
export async function changeCertificates(
  store: SecretStore,
  stage: string,
  change: Change,
): Promise<readonly string[]> {
  const secret = (holder: string) => `orders/${stage}/grpc/${holder}`;
  const holders = requests(stage);
  const stored = new Map<string, string>();
  for (const holder of ['authorities', ...holders.keys()]) {
    const value = await store.read(secret(holder));
    if (value !== undefined) {
      stored.set(holder, value);
    }
  }
  if (change === 'if-missing' && stored.size === holders.size + 1) {
    return [];
  }
  const known: readonly KeyPair[] = JSON.parse(stored.get('authorities') ?? '[]');
  const authorities = await changedAuthorities(known, stage, change);
  const written: string[] = [];
  const write = async (holder: string, value: unknown) => {
    await store.write(secret(holder), JSON.stringify(value));
    written.push(secret(holder));
  };
  await write('authorities', authorities);
  const trusted = authorities.map(({ certificate }) => certificate).join('\n');
  for (const [holder, request] of holders) {
    const { certificate, key } = await pairOf(stored.get(holder), authorities, request, change);
    await write(holder, { authorities: trusted, certificate, key } satisfies Certificates);
  }
  return written;
}

/** Newest first. */
async function changedAuthorities(
  known: readonly KeyPair[],
  stage: string,
  change: Change,
): Promise<readonly KeyPair[]> {
  if (known.length === 0 || change === 'add-authority') {
    const authority = await makeAuthority(`orders ${stage} ${new Date().toISOString()}`, AUTHORITY_DAYS);
    return [authority, ...known];
  }
  return change === 'drop-authorities' ? known.slice(0, 1) : known;
}

async function pairOf(
  stored: string | undefined,
  [newest]: readonly KeyPair[],
  request: CertificateRequest,
  change: Change,
): Promise<KeyPair> {
  if (newest === undefined) {
    throw new Error('There is no authority.');
  }
  switch (change) {
    case 'renew':
    case 'if-missing':
      return signCertificate(newest, request);
    case 'add-authority':
    case 'drop-authorities': {
      if (stored === undefined) {
        throw new Error(`There is no certificate of ${request.name} yet: run it without an option first.`);
      }
      const kept: Certificates = JSON.parse(stored);
      return kept;
    }
  }
}

/** Who gets a certificate. */
function requests(stage: string): ReadonlyMap<string, CertificateRequest> {
  const server = (name: string): CertificateRequest => ({
    name: `orders ${stage} ${name}`,
    purpose: 'serverAuth',
    hosts: [`${name}.orders-${stage}.internal`],
    validDays: CERTIFICATE_DAYS,
  });
  return new Map<string, CertificateRequest>([
    ['inventory', server('inventory')],
    ['payment', server('payment')],
    ['functions', { name: `orders ${stage} functions`, purpose: 'clientAuth', validDays: CERTIFICATE_DAYS }],
  ]);
}
