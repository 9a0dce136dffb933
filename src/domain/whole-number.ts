const WHOLE = /^-?\d+(?:\.0+)?$/;

/**
 * The whole number that a database's value is, null for any other. What is declared as DECIMAL or as text comes as text:
 * "5", "5.00", "0005".
 */
export function wholeNumber(value: unknown): number | null {
  const number = typeof value === 'string' && WHOLE.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : null;
}
