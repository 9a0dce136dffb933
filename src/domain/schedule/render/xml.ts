/** Text for XML, in ASCII: what is not is written as its number. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"']|[^\x20-\x7e]/gu, (char) => `&#${char.codePointAt(0)};`);
}
