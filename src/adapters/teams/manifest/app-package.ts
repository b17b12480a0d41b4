import { COLOR_ICON, OUTLINE_ICON, teamsManifest } from './teams-manifest.ts'
import { drawIcon } from './draw-icon.ts'
import { zipSync } from 'fflate'
import type { ManifestNeeds } from './teams-manifest.ts'

const WHITE = [255, 255, 255, 255] as const
const NOTHING = [255, 255, 255, 0] as const
const ACCENT = [0x1f, 0x4e, 0x79, 255] as const
/** The same package has the same bytes, whenever it is made. */
const MADE_AT = '2026-01-01T00:00:00'

/** What is uploaded to Teams: the manifest, a coloured icon, and one in white lines on nothing. */
export function appPackage(needs: ManifestNeeds): Uint8Array {
  const manifest = new TextEncoder().encode(`${JSON.stringify(teamsManifest(needs), null, 2)}\n`)
  const files = {
    'manifest.json': manifest,
    [COLOR_ICON]: drawIcon(192, WHITE, ACCENT),
    [OUTLINE_ICON]: drawIcon(32, WHITE, NOTHING),
  }
  return zipSync(files, { mtime: MADE_AT, level: 9 })
}
