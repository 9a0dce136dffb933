/** What is still to come of an answer. */
type Expects = 'head' | 'bytes' | 'chunk' | 'chunk-end' | 'trailer' | 'nothing';

const MOST_HEAD = 16 * 1024;
const CRLF = '\r\n';

/**
 * Reads one HTTP/1.1 answer of status 200 (RFC 9112) from the buffer that its connection fills again and again: nothing is
 * kept of it but half a line. What is not exactly that throws; who asked has another way to ask again.
 */
export class RawAnswer {
  private expects: Expects = 'head';
  private line = '';
  /** Bytes that are still to come of the body, or of its chunk. */
  private left = 0;
  private chunked = false;
  /** Whether the connection can be used for another question. */
  keepsAlive = true;

  /** `take` is given the body piece by piece, and must be done with a piece when it returns. */
  constructor(private readonly take: (piece: Buffer) => void) {}

  get ended(): boolean {
    return this.expects === 'nothing';
  }

  /** The next bytes of the connection. */
  push(bytes: Buffer): void {
    let at = 0;
    while (at < bytes.byteLength) {
      if (this.expects === 'nothing') throw new Error('the server says more than was asked');
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
      if (this.line.length > MOST_HEAD) throw new Error('the head of the answer has no end');
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
      if (size === undefined) throw new Error('the answer is cut into pieces of no size');
      this.left = Number.parseInt(size, 16);
      this.expects = this.left === 0 ? 'trailer' : 'bytes';
    } else {
      const isEmpty = this.line === CRLF;
      if (this.expects === 'chunk-end' && !isEmpty)
        throw new Error('a piece of the answer is longer than it said');
      if (this.expects === 'chunk-end') this.expects = 'chunk';
      else if (isEmpty) this.expects = 'nothing';
    }
    this.line = '';
  }

  private readHead(head: string): void {
    const [first = '', ...lines] = head.split(CRLF);
    if (!/^HTTP\/1\.1 200( |$)/.test(first)) throw new Error('the server answers something else');
    const fields = new Map(
      lines.map((line) => [
        line.slice(0, line.indexOf(':')).toLowerCase(),
        line
          .slice(line.indexOf(':') + 1)
          .trim()
          .toLowerCase(),
      ]),
    );
    if ((fields.get('content-encoding') ?? 'identity') !== 'identity')
      throw new Error('the answer is encoded');
    if (fields.get('connection') === 'close') this.keepsAlive = false;
    const coding = fields.get('transfer-encoding');
    const length = fields.get('content-length');
    if (coding === 'chunked' && length === undefined) {
      this.chunked = true;
      this.expects = 'chunk';
    } else if (coding === undefined && length !== undefined && /^\d{1,15}$/.test(length)) {
      this.left = Number(length);
      this.expects = this.left === 0 ? 'nothing' : 'bytes';
    } else throw new Error('the answer does not say how long it is');
  }
}
