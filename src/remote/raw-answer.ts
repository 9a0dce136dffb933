/** An answer that is not as plain as it should be. Who asked has another way to ask again. */
export class UnusualAnswer extends Error {}

/** An answer by which the server, or one in front of it, wants to be asked again later. */
export class BusyAnswer extends UnusualAnswer {}

/** The status of an answer, and its fields by their names in lower case. */
export interface RawHead {
  readonly status: number;
  readonly fields: ReadonlyMap<string, string>;
}

/** What is still to come of an answer. */
type Expects = 'head' | 'bytes' | 'chunk' | 'chunk-end' | 'trailer' | 'nothing';

const MOST_HEAD = 16 * 1024;
const CRLF = '\r\n';

/**
 * Reads one HTTP/1.1 answer (RFC 9112) from the buffer that its connection fills again and again: nothing is kept of it but
 * its head and half a line. What is not exactly that throws `UnusualAnswer`.
 */
export class RawAnswer {
  private expects: Expects = 'head';
  private line = '';
  /** Bytes that are still to come of the body, or of its chunk. */
  private left = 0;
  private chunked = false;
  /** Characters of the fields that come after the body. */
  private trailers = 0;
  /** Whether the connection can be used for another question. */
  keepsAlive = true;
  /** Null until it has come. */
  head: RawHead | null = null;

  /** `take` is given the body piece by piece. */
  constructor(private readonly take: (piece: Buffer) => void) {}

  get ended(): boolean {
    return this.expects === 'nothing';
  }

  /** The next bytes of the connection. */
  push(bytes: Buffer): void {
    let at = 0;
    while (at < bytes.byteLength) {
      if (this.expects === 'nothing') throw new UnusualAnswer('the server says more than was asked');
      if (this.expects === 'bytes') {
        const piece = bytes.subarray(at, at + this.left);
        this.take(piece);
        at += piece.byteLength;
        this.left -= piece.byteLength;
        if (this.left === 0) this.expects = this.chunked ? 'chunk-end' : 'nothing';
        continue;
      }
      const end = bytes.indexOf(0x0a, at);
      this.line += bytes.toString('latin1', at, end === -1 ? bytes.byteLength : end + 1);
      if (this.line.length > MOST_HEAD) throw new UnusualAnswer('the head of the answer has no end');
      if (end === -1) return;
      at = end + 1;
      this.readLine();
    }
  }

  private readLine(): void {
    if (this.expects === 'head') {
      if (!this.line.endsWith(CRLF + CRLF)) return;
      this.readHead(this.line);
    } else if (this.expects === 'chunk') {
      const size = /^([0-9a-f]{1,8})[ \t]*(;.*)?\r\n$/i.exec(this.line)?.[1];
      if (size === undefined) throw new UnusualAnswer('the answer is cut into pieces of no size');
      this.left = Number.parseInt(size, 16);
      this.expects = this.left === 0 ? 'trailer' : 'bytes';
    } else {
      const isEmpty = this.line === CRLF;
      if (this.expects === 'chunk-end' && !isEmpty)
        throw new UnusualAnswer('a piece of the answer is longer than it said');
      if (this.expects === 'chunk-end') this.expects = 'chunk';
      else if (isEmpty) this.expects = 'nothing';
      else this.trailers += this.line.length;
      if (this.trailers > MOST_HEAD) throw new UnusualAnswer('the answer has no end');
    }
    this.line = '';
  }

  private readHead(text: string): void {
    const [first = '', ...lines] = text.split(CRLF);
    const status = Number(/^HTTP\/1\.1 ([2-5]\d\d)( |$)/.exec(first)?.[1] ?? Number.NaN);
    if (Number.isNaN(status)) throw new UnusualAnswer('the server answers something else');
    const fields = new Map(
      lines.map((line) => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
      }),
    );
    const word = (name: string) => fields.get(name)?.toLowerCase();
    if ((word('content-encoding') ?? 'identity') !== 'identity')
      throw new UnusualAnswer('the answer is encoded');
    if (/(^|,)\s*close\s*(,|$)/.test(word('connection') ?? '')) this.keepsAlive = false;
    const coding = word('transfer-encoding');
    const length = fields.get('content-length');
    if (coding === 'chunked' && length === undefined) {
      this.chunked = true;
      this.expects = 'chunk';
    } else if (coding === undefined && length !== undefined && /^\d{1,15}$/.test(length)) {
      this.left = Number(length);
      this.expects = this.left === 0 ? 'nothing' : 'bytes';
    } else throw new UnusualAnswer('the answer does not say how long it is');
    this.head = { status, fields };
  }
}
