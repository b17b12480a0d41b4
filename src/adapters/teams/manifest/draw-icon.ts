import { zlibSync } from 'fflate'

type Rgba = readonly [red: number, green: number, blue: number, alpha: number]
type Point = readonly [x: number, y: number]

/** Two ticks, one behind the other: what the first has signed the second countersigns. In a square of side 1. */
const TICKS: readonly (readonly Point[])[] = [
  [
    [0.14, 0.52],
    [0.31, 0.69],
    [0.6, 0.32],
  ],
  [
    [0.45, 0.6],
    [0.54, 0.69],
    [0.83, 0.32],
  ],
]
const STROKE = 0.1

/** A PNG of that mark, square, smooth at its edges. */
export function drawIcon(size: number, ink: Rgba, ground: Rgba): Uint8Array {
  const row = size * 4 + 1
  const pixels = new Uint8Array(row * size)
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      const share = coverage([(x + 0.5) / size, (y + 0.5) / size], 1 / size)
      pixels.set(mix(ink, ground, share), y * row + 1 + x * 4)
    }
  }
  return png(size, pixels)
}

/** How much of a pixel of that width lies within the strokes. */
function coverage(at: Point, width: number): number {
  const distances = TICKS.flatMap((tick) => tick.slice(1).map((end, index) => distanceTo(at, tick[index] ?? end, end)))
  const within = STROKE / 2 - Math.min(...distances)
  return Math.min(1, Math.max(0, within / width + 0.5))
}

function distanceTo([x, y]: Point, [ax, ay]: Point, [bx, by]: Point): number {
  const [dx, dy] = [bx - ax, by - ay]
  const along = Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy)))
  return Math.hypot(x - ax - along * dx, y - ay - along * dy)
}

function mix(ink: Rgba, ground: Rgba, share: number): number[] {
  // Onto nothing, only the opacity grows, so that the edges keep their colour.
  if (ground[3] === 0) return [ink[0], ink[1], ink[2], Math.round(ink[3] * share)]
  return ink.map((part, index) => Math.round(part * share + (ground[index] ?? 0) * (1 - share)))
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

/** Eight bits a channel, colour with opacity, rows without a filter. */
function png(size: number, pixels: Uint8Array): Uint8Array {
  const header = new Uint8Array(13)
  const view = new DataView(header.buffer)
  view.setUint32(0, size)
  view.setUint32(4, size)
  header.set([8, 6, 0, 0, 0], 8)
  const chunks = [
    chunk('IHDR', header),
    chunk('IDAT', zlibSync(pixels, { level: 9 })),
    chunk('IEND', new Uint8Array(0)),
  ]
  return Uint8Array.from([...SIGNATURE, ...chunks.flatMap((one) => [...one])])
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const whole = new Uint8Array(data.length + 12)
  const view = new DataView(whole.buffer)
  view.setUint32(0, data.length)
  whole.set(new TextEncoder().encode(type), 4)
  whole.set(data, 8)
  view.setUint32(data.length + 8, crc32(whole.subarray(4, data.length + 8)))
  return whole
}

function crc32(bytes: Uint8Array): number {
  let crc = 0xffff_ffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb8_8320 : crc >>> 1
  }
  return (crc ^ 0xffff_ffff) >>> 0
}
