import { inflateSync } from 'node:zlib'
import { describe, expect, it } from '@jest/globals'
import { createResvgRasterizer } from '../../../../src/connectors/picture/resvg-rasterizer.ts'
import { drawPicture } from '../../../../src/summaries/picture/draw-picture.ts'
import { encodeIndexedPng } from '../../../../src/connectors/picture/encode-png.ts'
import { makePicture } from '../../../support/make-picture.ts'

/** Reads a PNG with a palette by the specification, so that what was written is what a reader sees. */
function decode(png: Uint8Array) {
  const bytes = Buffer.from(png)
  const chunks = new Map<string, Buffer>()
  for (let at = 8; at < bytes.length;) {
    const length = bytes.readUInt32BE(at)
    chunks.set(bytes.toString('latin1', at + 4, at + 8), bytes.subarray(at + 8, at + 8 + length))
    at += length + 12
  }
  const header = chunks.get('IHDR') ?? Buffer.alloc(13)
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)]
  const rows = inflateSync(chunks.get('IDAT') ?? Buffer.alloc(0))
  const palette = chunks.get('PLTE') ?? Buffer.alloc(0)
  const pixel = (x: number, y: number) => {
    const index = rows[y * (width + 1) + 1 + x] ?? 0
    return [...palette.subarray(index * 3, index * 3 + 3)]
  }
  return { width, height, pixel, isPng: bytes.toString('latin1', 1, 4) === 'PNG' }
}

describe('a picture as PNG', () => {
  it('has the drawing’s shape, its colours where they stand, and fits into a message of Teams', async () => {
    const png = await createResvgRasterizer().toPng(drawPicture(makePicture()))

    const { width, height, pixel, isPng } = decode(png)
    expect(isPng).toBe(true)
    expect([width, height]).toEqual([1_000, 530])
    expect(pixel(5, 5)).toEqual([255, 255, 255])
    // The bar of the onset: at the middle of the plot (x 422 of 800), in the row of its name.
    expect(pixel(Math.round(422 * 1.25), Math.round(75 * 1.25))).toEqual([170, 17, 17])
    expect(png.length).toBeLessThan(27_000)
  })

  it('draws letters: with its own typeface, wherever it runs', async () => {
    const text = (words: string) =>
      `<svg xmlns="http://www.w3.org/2000/svg" width="100" height="30"><rect width="100" height="30" fill="#fff"/><text x="5" y="20" font-family="'DejaVu Sans'">${words}</text></svg>`
    const rasterizer = createResvgRasterizer()

    const [empty, full] = await Promise.all([rasterizer.toPng(text('')), rasterizer.toPng(text('onset'))])

    expect(full.length).toBeGreaterThan(empty.length + 500)
  })

  it('shows no secret, since nothing can be taken out of pixels', async () => {
    const seen: string[] = []
    const rasterizer = createResvgRasterizer((value) => {
      seen.push(String(value))
      return value
    })

    await rasterizer.toPng(drawPicture(makePicture()))

    expect(seen).toHaveLength(1)
  })

  it('says what is wrong with a drawing that is none, and draws the next one', async () => {
    const rasterizer = createResvgRasterizer()

    await expect(rasterizer.toPng('no drawing')).rejects.toThrow()
    await expect(rasterizer.toPng(drawPicture(makePicture()))).resolves.toBeInstanceOf(Uint8Array)
  })

  it('is left to the full colours where a palette does not hold them', () => {
    const rgba = Uint8Array.from({ length: 40 * 40 * 4 }, (_none, index) => {
      const [pixel, channel] = [Math.floor(index / 4), index % 4]
      return ((pixel >> (channel * 4)) & 15) * 17
    })

    expect(encodeIndexedPng({ width: 40, height: 40, rgba })).toBeNull()
  })
})
