import { crc32, deflateSync } from 'node:zlib'

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
const MOST_COLOURS = 256
const INDEXED = 3

interface Pixels {
  readonly width: number
  readonly height: number
  /** Red, green, blue and alpha of each. */
  readonly rgba: Uint8Array
}

/**
 * A PNG with a palette (PNG specification, 3rd edition, 11.2): a drawing has few colours, and sixteen steps of each are
 * enough for its smooth edges. A fifth of the bytes of full colours, which lets it fit into a message of Teams. Null for
 * pixels of too many colours.
 */
export function encodeIndexedPng({ width, height, rgba }: Pixels): Uint8Array | null {
  const palette = new Map<number, number>()
  const rows = Buffer.alloc((width + 1) * height)
  for (let at = 0; at < width * height; at += 1) {
    const colour = (step(rgba[at * 4]) << 8) | (step(rgba[at * 4 + 1]) << 4) | step(rgba[at * 4 + 2])
    let index = palette.get(colour)
    if (index === undefined) {
      index = palette.size
      if (index === MOST_COLOURS) return null
      palette.set(colour, index)
    }
    // Each row begins with the number of its filter: none.
    rows[at + Math.floor(at / width) + 1] = index
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, INDEXED, 0, 0, 0], 8)
  const colours = Buffer.from([...palette.keys()].flatMap((one) => [one >> 8, (one >> 4) & 15, one & 15].map(spread)))
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('PLTE', colours),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const framed = Buffer.alloc(body.length + 8)
  framed.writeUInt32BE(data.length, 0)
  body.copy(framed, 4)
  framed.writeUInt32BE(crc32(body), body.length + 4)
  return framed
}

/** To sixteen steps, the nearest one; and back, so that black and white stay what they are. */
function step(channel = 0): number {
  return Math.round(channel / 17)
}

function spread(steps: number): number {
  return steps * 17
}
