import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';

/** PEM files of a certificate authority, and of a certificate that it signed for `localhost` and 127.0.0.1. */
export interface Certificates {
  readonly authorityFile: string;
  readonly certificateFile: string;
  readonly keyFile: string;
  readonly authority: Buffer;
  readonly certificate: Buffer;
  readonly key: Buffer;
  readonly remove: () => Promise<void>;
}

/** Creates a certificate authority and one certificate, valid for servers and clients. */
export async function makeCertificates(): Promise<Certificates> {
  // Each authority has a name of its own, because OpenSSL finds it by its name.
  const authority = await generate([{ name: 'commonName', value: `test ${randomUUID()}` }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true },
    ],
  });
  const leaf = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  const folder = await mkdtemp(join(tmpdir(), 'certificates-'));
  const files = {
    authorityFile: join(folder, 'authority.pem'),
    certificateFile: join(folder, 'certificate.pem'),
    keyFile: join(folder, 'key.pem'),
  };
  await writeFile(files.authorityFile, authority.cert);
  await writeFile(files.certificateFile, leaf.cert);
  await writeFile(files.keyFile, leaf.private);
  return {
    ...files,
    authority: Buffer.from(authority.cert),
    certificate: Buffer.from(leaf.cert),
    key: Buffer.from(leaf.private),
    remove: () => rm(folder, { recursive: true }),
  };
}
