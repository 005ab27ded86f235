import { generate } from 'selfsigned';

/** A certificate and its private key, in PEM. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

/** The certificates of both sides of mutual TLS, in PEM. */
export interface LocalCertificates {
  /** The authority's certificate. Its key is discarded, so nobody can sign another certificate. */
  readonly authority: string;
  readonly server: KeyPair;
  readonly client: KeyPair;
}

const CURVE = { keyType: 'ec', algorithm: 'sha256' } as const;
const VALID_DAYS = 365;

/** The services' names on this machine and in the network of docker-compose.yml. */
const SERVER_NAMES = ['localhost', 'inventory', 'payment'];
const SERVER_ADDRESSES = ['127.0.0.1', '::1'];

/** Makes an authority, a certificate for servers only and a certificate for clients only. */
export async function makeLocalCertificates(): Promise<LocalCertificates> {
  const notAfterDate = new Date(Date.now() + VALID_DAYS * 86_400_000);
  const authority = await generate(commonName('local authority of the order system'), {
    ...CURVE,
    notAfterDate,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const signed = async (name: string, purpose: 'serverAuth' | 'clientAuth'): Promise<KeyPair> => {
    const { cert, private: key } = await generate(commonName(name), {
      ...CURVE,
      notAfterDate,
      ca: { key: authority.private, cert: authority.cert },
      extensions: [
        { name: 'basicConstraints', cA: false, critical: true },
        { name: 'keyUsage', digitalSignature: true, critical: true },
        { name: 'extKeyUsage', [purpose]: true },
        ...(purpose === 'serverAuth' ? [serverNames()] : []),
      ],
    });
    return { certificate: cert, key };
  };
  return {
    authority: authority.cert,
    server: await signed('localhost', 'serverAuth'),
    client: await signed('orders functions', 'clientAuth'),
  };
}

function commonName(value: string) {
  return [{ name: 'commonName', value }];
}

function serverNames() {
  const altNames = [
    ...SERVER_NAMES.map((value) => ({ type: 2 as const, value })),
    ...SERVER_ADDRESSES.map((ip) => ({ type: 7 as const, ip })),
  ];
  return { name: 'subjectAltName' as const, altNames };
}
