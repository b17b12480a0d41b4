// Writes the import law of .dependency-cruiser.mjs into ARCHITECTURE.md, between two markers. With --check it writes
// nothing and fails when the page tells something else.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { DOORS, HOME_OF, MAY_IMPORT } from '../.dependency-cruiser.mjs'

const page = fileURLToPath(new URL('../ARCHITECTURE.md', import.meta.url))
const START = '<!-- import-table:start (written by scripts/write-import-table.mjs) -->'
const END = '<!-- import-table:end -->'

function renderRooms() {
  const rows = Object.entries(MAY_IMPORT).map(([room, allowed]) => {
    const doors = DOORS.filter(({ from }) => from === room).map(({ to, only }) => `\`${to}\`: ${only}`)
    const names = allowed.map((name) => `\`${name}\``).join(' ') || 'nothing'
    return `| \`${room}\` | ${names} | ${doors.join('; ')} |`
  })
  return ['| room | may import | only through |', '|---|---|---|', ...rows]
}

function renderHomes() {
  const rows = Object.entries(HOME_OF).map(([library, home]) => `| \`${library.replace(/\/$/, '/*')}\` | \`${home}\` |`)
  return ['| library | its one home |', '|---|---|', ...rows]
}

function renderBlock() {
  return [START, ...renderRooms(), '', ...renderHomes(), END].join('\n')
}

function withBlock(text) {
  const start = text.indexOf(START)
  const end = text.indexOf(END)
  if (start === -1 || end < start) return `${text.trimEnd()}\n\n## Who may import whom\n\n${renderBlock()}\n`
  return text.slice(0, start) + renderBlock() + text.slice(end + END.length)
}

const text = existsSync(page) ? readFileSync(page, 'utf8') : '# Architecture\n'
const wanted = withBlock(text)
if (process.argv.includes('--check')) {
  if (wanted !== text) {
    console.error('The import table in ARCHITECTURE.md is stale. Run node scripts/write-import-table.mjs.')
    process.exitCode = 1
  }
} else if (wanted !== text) {
  writeFileSync(page, wanted)
  console.log('ARCHITECTURE.md: the import table is written anew')
}
