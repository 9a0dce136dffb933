/** A number as a driver gives it, which may be text where it is large or a sum; NULL stays null. */
export function nullableNumber(value: number | string | null): number | null {
  return value === null ? null : Number(value);
}
