/** `npm run certificates`: makes the certificates for mutual TLS between functions and services on this machine. */
import { chmodSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { CERTIFICATE_FILES, CERTIFICATES_FOLDER } from '../embedded/certificate-files.ts';
import { diskReason } from '../embedded/disk-problems.ts';
import { makeFolder } from '../embedded/make-folder.ts';
import { makeLocalCertificates } from './local-certificates.ts';

const root = resolve(import.meta.dirname, '..');
const folder = resolve(root, process.env.CERTIFICATES_DIR || CERTIFICATES_FOLDER);
const { authority, server, client } = await makeLocalCertificates();

try {
  makeFolder(folder, 0o700);
  write(CERTIFICATE_FILES.authority, authority, 0o644);
  write(CERTIFICATE_FILES.serverCertificate, server.certificate, 0o644);
  write(CERTIFICATE_FILES.serverKey, server.key, 0o600);
  write(CERTIFICATE_FILES.clientCertificate, client.certificate, 0o644);
  write(CERTIFICATE_FILES.clientKey, client.key, 0o600);
} catch (error) {
  console.error(
    `The certificates cannot be written to ${folder}: ${diskReason(error)}. Name another folder by CERTIFICATES_DIR.`,
  );
  process.exit(1);
}

console.log(`Made an authority, a server's and a client's certificate in ${relative(process.cwd(), folder) || '.'}.
They are valid for a year; run this again for new ones. The authority's key is not stored.

  EMBEDDED_MTLS=1 npm start`);

function write(name: string, pem: string, mode: number): void {
  const file = join(folder, name);
  writeFileSync(file, pem, { mode });
  // writeFileSync keeps the mode of an existing file.
  chmodSync(file, mode);
}
