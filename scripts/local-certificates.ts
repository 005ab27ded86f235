import { type KeyPair, makeAuthority, signCertificate } from './certificate-authority.ts';

/** The certificates of both sides of mutual TLS, in PEM. */
export interface LocalCertificates {
  /** The authority's certificate. Its key is discarded, so nobody can sign another certificate. */
  readonly authority: string;
  readonly server: KeyPair;
  readonly client: KeyPair;
}

const VALID_DAYS = 365;

/** The services' names on this machine and in the network of docker-compose.yml. */
const SERVER_HOSTS = ['localhost', 'inventory', 'payment', '127.0.0.1', '::1'];

/** Makes an authority, a certificate for servers only and a certificate for clients only. */
export async function makeLocalCertificates(): Promise<LocalCertificates> {
  const validDays = VALID_DAYS;
  const authority = await makeAuthority('local authority of the order system', validDays);
  return {
    authority: authority.certificate,
    server: await signCertificate(authority, {
      name: 'localhost',
      purpose: 'serverAuth',
      hosts: SERVER_HOSTS,
      validDays,
    }),
    client: await signCertificate(authority, { name: 'orders functions', purpose: 'clientAuth', validDays }),
  };
}
