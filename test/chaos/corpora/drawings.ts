import type { HostilePicture } from './pictures.js';

const OPEN = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"';

/** A file that every machine of this kind has and no thumb may show. */
const SECRET = 'file:///etc/passwd';
/** Nobody listens there: a decoder that asks finds out, and takes no longer for it. */
const ELSEWHERE = 'http://127.0.0.1:9/picture.png';

const TEXTS: Readonly<Record<string, string>> = {
  'that shows a file': `${OPEN} width="64" height="48"><image width="64" height="48" xlink:href="${SECRET}"/></svg>`,
  'that asks the network': `${OPEN} width="64" height="48"><image width="64" height="48" href="${ELSEWHERE}"/></svg>`,
  'that quotes a file': `<!DOCTYPE svg [<!ENTITY secret SYSTEM "${SECRET}">]>
${OPEN} width="640" height="480"><text y="20">&secret;</text></svg>`,
  'that includes a file': `${OPEN} xmlns:xi="http://www.w3.org/2001/XInclude" width="64" height="48">
<xi:include href="${SECRET}" parse="text"/></svg>`,
  'of a billion laughs': `<!DOCTYPE svg [<!ENTITY a0 "ha">${laughs(9)}]>
${OPEN} width="64" height="48"><text>&a9;</text></svg>`,
  'of a billion shapes': `${OPEN} width="64" height="48"><defs><rect id="a0" width="1" height="1"/>${copies(9)}</defs>
<use href="#a9" xlink:href="#a9"/></svg>`,
  'that uses itself': `${OPEN} width="64" height="48"><g id="a"><use href="#b"/></g><g id="b"><use href="#a"/></g></svg>`,
  'a thousand kilometres wide': `${OPEN} width="4000000000" height="4000000000"><rect width="9" height="9"/></svg>`,
  'of no size': `${OPEN} width="0" height="0"/>`,
  'of negative size': `${OPEN} width="-5" height="-5"><rect width="9" height="9"/></svg>`,
  'nested deeply': `${OPEN} width="64" height="48">${'<g>'.repeat(20_000)}${'</g>'.repeat(20_000)}</svg>`,
  'with a wide blur': `${OPEN} width="9000" height="9000"><filter id="f"><feGaussianBlur stdDeviation="900"/></filter>
<rect width="9000" height="9000" filter="url(#f)"/></svg>`,
  'with a script': `${OPEN} width="64" height="48"><script>fetch("${ELSEWHERE}")</script><rect width="9" height="9"/></svg>`,
  'that ends early': `${OPEN} width="64" height="48"><rect width="9"`,
};

/** SVG is a language: drawings that read, ask, repeat themselves or never end. */
export function drawings(): HostilePicture[] {
  return Object.entries(TEXTS).map(([trouble, text]) => ({
    trouble: `a drawing ${trouble}`,
    extension: 'svg',
    make: () => Buffer.from(text),
  }));
}

/** Each entity is ten of the one before. */
function laughs(levels: number): string {
  return levelled(levels, (level) => `<!ENTITY a${level} "${`&a${level - 1};`.repeat(10)}">`);
}

function copies(levels: number): string {
  return levelled(levels, (level) => {
    const use = `<use href="#a${level - 1}" xlink:href="#a${level - 1}"/>`;
    return `<g id="a${level}">${use.repeat(10)}</g>`;
  });
}

function levelled(levels: number, line: (level: number) => string): string {
  return Array.from({ length: levels }, (_, level) => line(level + 1)).join('');
}
