import { execFileSync } from 'node:child_process';
import path from 'node:path';

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** A new key and its self-signed certificate for this machine's loopback, as two PEM files in a folder. */
export function makeCertificate(folder: string, name = 'server'): Certificate {
  const cert = path.join(folder, `${name}.cert.pem`);
  const key = path.join(folder, `${name}.key.pem`);
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const whom = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'];
  execFileSync('openssl', ['req', ...kind, ...whom, '-keyout', key, '-out', cert], { stdio: 'pipe' });
  return { cert, key };
}
