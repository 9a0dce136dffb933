import { expect, test } from 'vitest';
import { silent } from '../../src/remote/away.js';

test('a certificate that is not trusted is told apart from a server that is away, with what to do about it', () => {
  const told = (code: string) => silent('https://a', Object.assign(new Error('so it is'), { code }));
  expect(told('CERT_HAS_EXPIRED')).toMatchObject({
    exit: 75,
    message: 'https://a shows a certificate that is not trusted: so it is',
    hint: expect.stringMatching(/^Renew it there.* Nothing is lost/),
  });
  expect(told('ERR_TLS_CERT_ALTNAME_INVALID').hint).toContain('in [pull] url');
  expect(told('UNABLE_TO_VERIFY_LEAF_SIGNATURE').hint).toContain('NODE_EXTRA_CA_CERTS=');
  expect(told('ECONNREFUSED')).toMatchObject({ exit: 75, message: 'https://a does not answer: so it is' });
});
