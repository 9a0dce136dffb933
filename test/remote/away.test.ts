import { afterEach, expect, test, vi } from 'vitest';
import { silent } from '../../src/remote/away.js';

afterEach(() => vi.unstubAllEnvs());

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

test('who is set up to use a proxy hears that it is not used, where nobody answers', () => {
  const hint = (url: string, code = 'ETIMEDOUT') =>
    silent(url, Object.assign(new Error(code), { code })).hint;
  for (const name of ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'])
    vi.stubEnv(name, '');
  vi.stubEnv('HTTPS_PROXY', 'http://proxy:3128');
  expect(hint('https://a')).toMatch(/HTTPS_PROXY is set here, and not used: .*Nothing is lost/);
  expect(hint('http://a')).not.toContain('PROXY');
  expect(hint('https://a', 'CERT_HAS_EXPIRED')).not.toContain('PROXY');
  vi.stubEnv('all_proxy', 'socks5://proxy');
  expect(hint('http://a')).toContain('all_proxy is set here');
});
