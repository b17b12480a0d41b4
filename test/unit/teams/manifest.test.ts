import { crc32, inflateSync } from 'node:zlib'
import { describe, expect, it } from '@jest/globals'
import { APP_ID } from '../../fakes/teams/activities.ts'
import { VERBS } from '../../../src/domain/verb.ts'
import { appPackage } from '../../../src/adapters/teams/manifest/app-package.ts'
import { unzipSync } from 'fflate'

const NEEDS = { appId: APP_ID, publicUrl: 'https://countersign.example.com/', version: '1.0.0' }
const files = unzipSync(appPackage(NEEDS))
const textOf = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes)

interface Manifest {
  readonly [name: string]: unknown
  readonly name: { readonly short: string; readonly full: string }
  readonly description: { readonly short: string; readonly full: string }
  readonly developer: Readonly<Record<string, string>>
  readonly icons: Readonly<Record<string, string>>
  readonly bots: readonly {
    readonly botId: string
    readonly scopes: readonly string[]
    readonly commandLists: readonly {
      readonly scopes: readonly string[]
      readonly commands: readonly { readonly title: string; readonly description: string }[]
    }[]
  }[]
}
const manifest = JSON.parse(textOf(files['manifest.json'])) as Manifest

/** Every rule of the published schema 1.23 that an app with one bot can break. */
describe('the manifest of the Teams app', () => {
  it('names what the schema requires, and nothing it does not know', () => {
    const known = [
      ...['$schema', 'manifestVersion', 'version', 'id', 'developer', 'name', 'description', 'icons', 'accentColor'],
      ...['bots', 'defaultInstallScope', 'defaultGroupCapability', 'validDomains'],
    ]
    expect(Object.keys(manifest).sort()).toEqual([...known].sort())
    expect(manifest['manifestVersion']).toBe('1.23')
    expect(manifest['$schema']).toContain('/v1.23/')
    expect(manifest['id']).toMatch(/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/)
    expect(manifest['version']).toMatch(/^\d+\.\d+\.\d+$/)
    expect(manifest['accentColor']).toMatch(/^#[0-9A-Fa-f]{6}$/)
  })

  it('keeps within its lengths', () => {
    expect(manifest.name.short.length).toBeLessThanOrEqual(30)
    expect(manifest.name.full.length).toBeLessThanOrEqual(100)
    expect(manifest.description.short.length).toBeLessThanOrEqual(80)
    expect(manifest.description.full.length).toBeLessThanOrEqual(4_000)
    expect(manifest.developer['name']?.length).toBeLessThanOrEqual(32)
  })

  it.each(['websiteUrl', 'privacyUrl', 'termsOfUseUrl'])('gives an https address as %s', (name) => {
    expect(manifest.developer[name]).toMatch(/^https:\/\//)
  })

  it('is one bot, in teams, chats and alone, with at most ten commands a menu and one menu a scope', () => {
    const [bot, ...others] = manifest.bots
    expect(others).toEqual([])
    expect(bot?.botId).toBe(APP_ID)
    expect(bot?.scopes).toEqual(['team', 'personal', 'groupChat'])
    const scopes = bot?.commandLists.flatMap((list) => list.scopes) ?? []
    expect(new Set(scopes).size).toBe(scopes.length)
    for (const { commands } of bot?.commandLists ?? []) {
      expect(commands.length).toBeLessThanOrEqual(10)
      for (const { title, description } of commands) {
        expect(title.length).toBeLessThanOrEqual(32)
        expect(description.length).toBeLessThanOrEqual(128)
      }
    }
  })

  it('offers only what can be said', () => {
    const titles = manifest.bots.flatMap((bot) =>
      bot.commandLists.flatMap((list) => list.commands.map(({ title }) => title)),
    )
    expect(titles.filter((title) => title !== 'home' && !(VERBS as readonly string[]).includes(title))).toEqual([])
  })

  it('is packed with its icons, and no folder', () => {
    expect(Object.keys(files).sort()).toEqual(['color.png', 'manifest.json', 'outline.png'])
    expect(Object.values(manifest.icons).sort()).toEqual(['color.png', 'outline.png'])
  })

  it('makes the same file of the same needs', () => {
    expect(appPackage(NEEDS)).toEqual(appPackage(NEEDS))
  })
})

describe('the icons of the Teams app', () => {
  it('are 192 pixels in colour without a hole, and 32 pixels in white on nothing', () => {
    const color = pixelsOf(files['color.png']!)
    const outline = pixelsOf(files['outline.png']!)

    expect(color.size).toBe(192)
    expect(color.pixels.every(([, , , alpha]) => alpha === 255)).toBe(true)
    expect(new Set(color.pixels.map(String)).size).toBeGreaterThan(2)
    expect(outline.size).toBe(32)
    expect(outline.pixels.every(([red, green, blue]) => red === 255 && green === 255 && blue === 255)).toBe(true)
    expect(outline.pixels.some(([, , , alpha]) => alpha === 0)).toBe(true)
    expect(outline.pixels.some(([, , , alpha]) => alpha === 255)).toBe(true)
  })
})

/** Reads a PNG as the specification says, its checksums included. */
function pixelsOf(png: Uint8Array): { size: number; pixels: readonly (readonly number[])[] } {
  const bytes = Buffer.from(png)
  expect(bytes.subarray(0, 8).toString('latin1')).toBe('\u0089PNG\r\n\u001a\n')
  const data: Buffer[] = []
  let at = 8
  while (at < bytes.length) {
    const length = bytes.readUInt32BE(at)
    const type = bytes.subarray(at + 4, at + 8).toString('latin1')
    expect(bytes.readUInt32BE(at + 8 + length)).toBe(crc32(bytes.subarray(at + 4, at + 8 + length)))
    if (type === 'IDAT') data.push(bytes.subarray(at + 8, at + 8 + length))
    at += length + 12
  }
  const size = bytes.readUInt32BE(16)
  expect(bytes.readUInt32BE(20)).toBe(size)
  const raw = inflateSync(Buffer.concat(data))
  const pixels = Array.from({ length: size * size }, (_, index) => {
    const start = Math.floor(index / size) * (size * 4 + 1) + 1 + (index % size) * 4
    return [...raw.subarray(start, start + 4)]
  })
  return { size, pixels }
}
