import { generate } from 'selfsigned';

/** A certificate and its private key, in PEM. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

/** What a certificate is for. */
export interface CertificateRequest {
  readonly name: string;
  readonly purpose: 'serverAuth' | 'clientAuth';
  /** Names and addresses of a server. */
  readonly hosts?: readonly string[];
  readonly validDays: number;
}

const CURVE = { keyType: 'ec', algorithm: 'sha256' } as const;

/** Makes a certificate authority. Two authorities that are trusted together need different names. */
export async function makeAuthority(name: string, validDays: number): Promise<KeyPair> {
  const { cert, private: key } = await generate(commonName(name), {
    ...CURVE,
    notAfterDate: inDays(validDays),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  return { certificate: cert, key };
}

/** Makes a certificate for servers only or for clients only. */
export async function signCertificate(authority: KeyPair, request: CertificateRequest): Promise<KeyPair> {
  const { name, purpose, hosts = [], validDays } = request;
  const { cert, private: key } = await generate(commonName(name), {
    ...CURVE,
    notAfterDate: inDays(validDays),
    ca: { key: authority.key, cert: authority.certificate },
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', [purpose]: true },
      ...(hosts.length > 0 ? [{ name: 'subjectAltName' as const, altNames: hosts.map(altName) }] : []),
    ],
  });
  return { certificate: cert, key };
}

function inDays(days: number): Date {
  return new Date(Date.now() + days * 86_400_000);
}

function commonName(value: string) {
  return [{ name: 'commonName', value }];
}

function altName(host: string) {
  const isAddress = /^[\d.]+$|:/.test(host);
  return isAddress ? { type: 7 as const, ip: host } : { type: 2 as const, value: host };
}
