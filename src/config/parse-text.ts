/** A rate such as "10MB" or "512 KiB" as bytes a second; null for other text. */
export function parseByteRate(raw: string): number | null {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([kmg])?(i)?b?(?:\/s)?\s*$/i.exec(raw);
  if (match === null) return null;
  const power = ['', 'k', 'm', 'g'].indexOf((match[2] ?? '').toLowerCase());
  const rate = Number(match[1]) * (match[3] === undefined ? 1000 : 1024) ** power;
  return rate > 0 ? rate : null;
}

/** An address (IPv6 in brackets) and its port; null for other text. */
export function parseListen(raw: string): { host: string; port: number } | null {
  const match = /^(?:\[([0-9a-f:]+)\]|([\w.-]+)):(\d{1,5})$/i.exec(raw.trim());
  const port = Number(match?.[3]);
  return match === null || port > 65_535 ? null : { host: match[1] ?? match[2] ?? '', port };
}

/**
 * The text itself where it is an http(s) URL to which paths can be added; null for other text. Without a user and password, of
 * which nobody is told, in no message either: the token is what lets in.
 */
export function parseHttpUrl(raw: string): string | null {
  try {
    const url = new URL(raw);
    if (!/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '') return null;
    if (url.username === '' && url.password === '') return raw;
    return Object.assign(url, { username: '', password: '' }).href;
  } catch {
    return null;
  }
}

/** The text itself where it is any http(s) address; null for other text. */
export function parseWebAddress(raw: string): string | null {
  return /^https?:$/.test(protocolOf(raw) ?? '') ? raw : null;
}

/** The text itself where it is the URL of a mail server; null for other text. */
export function parseSmtpUrl(raw: string): string | null {
  return /^smtps?:$/.test(protocolOf(raw) ?? '') ? raw : null;
}

function protocolOf(raw: string): string | null {
  return URL.canParse(raw) ? new URL(raw).protocol : null;
}
