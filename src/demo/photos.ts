import { randomBytes } from 'node:crypto';
import sharp, { type OutputInfo } from 'sharp';

const WIDTH = 1600;
const HEIGHT = 1200;
/** What the rooms are larger than a photo, so that each photo can look a little to one side. */
const MARGIN = 64;
const GRAIN = 20;
const QUALITY = 82;
const HUES = [25, 150, 215];

/**
 * Makes a photo of one of a few rooms, with furniture or still empty: a JPEG of 1600×1200 pixels and some hundred kilobytes. No
 * two have the same bytes.
 */
export type Camera = (room: number, furnished: boolean) => Promise<Buffer>;

interface Room {
  readonly pixels: Buffer;
  readonly info: OutputInfo;
}

/** Draws the rooms once; a photo is then only cut out of one and encoded. */
export async function openCamera(): Promise<Camera> {
  const grain = randomBytes((WIDTH + MARGIN) * (HEIGHT + MARGIN));
  const draw = (furnished: boolean) => Promise.all(HUES.map((hue) => drawRoom(hue, furnished, grain)));
  const [empty, staged] = [await draw(false), await draw(true)];
  let number = 0;
  return (room, furnished) => {
    const rooms = furnished ? staged : empty;
    const drawn = rooms[room % rooms.length];
    if (drawn === undefined) throw new RangeError(`there is no room ${room}`);
    const left = (number * 11) % MARGIN;
    const top = Math.floor((number * 11) / MARGIN) % MARGIN;
    number += 1;
    const { width, height, channels } = drawn.info;
    return (
      sharp(drawn.pixels, { raw: { width, height, channels } })
        .extract({ left, top, width: WIDTH, height: HEIGHT })
        // As cameras do: tables that fit every picture save a second pass over each.
        .jpeg({ quality: QUALITY, optimiseCoding: false })
        .toBuffer()
    );
  };
}

async function drawRoom(hue: number, furnished: boolean, grain: Buffer): Promise<Room> {
  const { data, info } = await sharp(Buffer.from(roomSvg(hue, furnished)))
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  // Smooth areas would compress to almost nothing; the grain of a sensor makes it the size of a photo.
  const pixels = new Uint8ClampedArray(data.buffer, data.byteOffset, data.length);
  for (let at = 0, pixel = 0; at < pixels.length; at += info.channels, pixel++) {
    const shift = ((grain[pixel] ?? 0) % GRAIN) - GRAIN / 2;
    for (let c = 0; c < info.channels; c++) pixels[at + c] = (pixels[at + c] ?? 0) + shift;
  }
  return { pixels: data, info };
}

function roomSvg(hue: number, furnished: boolean): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1600 1200" preserveAspectRatio="none" width="${WIDTH + MARGIN}" height="${HEIGHT + MARGIN}">
<defs>
<linearGradient id="wall" x2=".4" y2="1"><stop stop-color="hsl(${hue},28%,90%)"/><stop offset="1" stop-color="hsl(${hue},22%,66%)"/></linearGradient>
<linearGradient id="floor" x2="0" y2="1"><stop stop-color="hsl(28,32%,42%)"/><stop offset="1" stop-color="hsl(30,42%,64%)"/></linearGradient>
<linearGradient id="sky" x2="0" y2="1"><stop stop-color="#8cc4f0"/><stop offset="1" stop-color="#eef7ff"/></linearGradient>
</defs>
<rect width="1600" height="840" fill="url(#wall)"/>
<path d="M0 840H1600V1200H0Z" fill="url(#floor)"/>
<path d="M0 822H1600V844H0Z" fill="#f6f3ee"/>
<rect x="190" y="150" width="430" height="450" fill="url(#sky)" stroke="#fbfbf8" stroke-width="26"/>
<path d="M405 150V600M190 375H620" stroke="#fbfbf8" stroke-width="14"/>
<path d="M250 844L680 844L900 1200L330 1200Z" fill="#fff" opacity=".16"/>
${furnished ? furniture(hue) : ''}</svg>`;
}

function furniture(hue: number): string {
  const cloth = `hsl(${(hue + 150) % 360},34%,`;
  return `<ellipse cx="1010" cy="1060" rx="520" ry="90" fill="${cloth}72%)"/>
<rect x="700" y="610" width="680" height="220" rx="46" fill="${cloth}38%)"/>
<rect x="660" y="740" width="760" height="190" rx="46" fill="${cloth}46%)"/>
<rect x="760" y="660" width="150" height="120" rx="24" fill="hsl(${hue},60%,70%)" transform="rotate(-9 835 720)"/>
<rect x="900" y="210" width="330" height="240" fill="hsl(${(hue + 60) % 360},40%,58%)" stroke="#3a322c" stroke-width="14"/>
<path d="M1480 920V470" stroke="#3a322c" stroke-width="12"/><path d="M1400 480L1440 350H1520L1560 480Z" fill="#f7e3ae"/>
<path d="M90 930L120 1060H220L250 930Z" fill="#b86b45"/>
<g fill="#4d7a4a"><ellipse cx="170" cy="800" rx="42" ry="140"/><ellipse cx="95" cy="850" rx="36" ry="110" transform="rotate(-32 95 850)"/><ellipse cx="245" cy="850" rx="36" ry="110" transform="rotate(32 245 850)"/></g>`;
}
