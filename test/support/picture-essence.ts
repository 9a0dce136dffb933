import sharp from 'sharp';

/** A picture as a person would tell it from another: its shape when upright, and what is roughly where. */
export interface Essence {
  readonly width: number;
  readonly height: number;
  readonly colours: Buffer;
}

const GRID = 8;

export async function essenceOf(bytes: Buffer): Promise<Essence> {
  const { autoOrient } = await sharp(bytes).metadata();
  const colours = await sharp(bytes)
    .autoOrient()
    .flatten({ background: 'white' })
    .toColourspace('srgb')
    .resize(GRID, GRID, { fit: 'fill' })
    .raw()
    .toBuffer();
  return { width: autoOrient.width, height: autoOrient.height, colours };
}

/** How far two pictures are from each other, from 0 (the same) to 255. */
export function distance(one: Essence, other: Essence): number {
  let sum = 0;
  for (const [index, value] of one.colours.entries()) sum += Math.abs(value - (other.colours[index] ?? 255));
  return sum / one.colours.length;
}
