import { readFile } from 'node:fs/promises'
import { encodeIndexedPng } from './encode-png.ts'
import type { Redactor } from '../../kernel/redactor.ts'
import type { PictureRasterizer } from '../../ports/picture-rasterizer.ts'

/** What `drawPicture` asks for: one typeface in two weights, so that a picture is the same on every machine. */
const TYPEFACE = 'DejaVu Sans'
const FONT_FILES = ['dejavu-fonts-ttf/ttf/DejaVuSans.ttf', 'dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf']
/** Teams shows none that is wider than 1,024. */
const WIDTH = 1_000

/** resvg in WebAssembly: neither a browser nor a library of the system. Nothing is loaded before the first picture. */
export function createResvgRasterizer(redact: Redactor = (value) => value): PictureRasterizer {
  let opened: ReturnType<typeof open> | undefined
  return {
    toPng: async (svg) => {
      opened ??= open().catch((error: unknown) => {
        // Loaded anew for the next one: a failure is not kept.
        opened = undefined
        throw error
      })
      const { Resvg, fonts } = await opened
      const drawing = new Resvg(redact(svg), {
        font: { fontBuffers: fonts, defaultFontFamily: TYPEFACE, sansSerifFamily: TYPEFACE },
        fitTo: { mode: 'width', value: WIDTH },
      })
      try {
        const image = drawing.render()
        try {
          const { width, height, pixels } = image
          return encodeIndexedPng({ width, height, rgba: pixels }) ?? image.asPng()
        } finally {
          image.free()
        }
      } finally {
        drawing.free()
      }
    },
  }
}

async function open() {
  const [{ Resvg, initWasm }, wasm, ...fonts] = await Promise.all([
    import('@resvg/resvg-wasm'),
    ...['@resvg/resvg-wasm/index_bg.wasm', ...FONT_FILES].map((file) => readFile(new URL(import.meta.resolve(file)))),
  ])
  initialized ??= initWasm(wasm ?? new Uint8Array()).catch((error: unknown) => {
    initialized = undefined
    throw error
  })
  await initialized
  return { Resvg, fonts }
}

/** The module takes its program once in a process. */
let initialized: Promise<void> | undefined
