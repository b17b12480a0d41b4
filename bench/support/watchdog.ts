import { rmSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { isAlive } from '../../test/support/is-alive.ts'
import { removeHome } from '../../test/support/remove-home.ts'

/** See `openWorkplace`. Arguments: the folder to remove, and the product's data folder in it. */
const [folder, dataFolder] = process.argv.slice(2)
if (folder === undefined || dataFolder === undefined) throw new TypeError('Two folders are needed.')

let text = ''
process.stdin.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
await new Promise<void>((resolve) => {
  process.stdin.on('end', resolve)
  process.stdin.on('error', () => resolve())
})
const pids = text.split('\n').filter(Boolean).map(Number)
signal('SIGTERM')
for (let waitedMs = 0; waitedMs < 15_000 && pids.some(isAlive); waitedMs += 50) await delay(50)
signal('SIGKILL')
await removeHome(dataFolder)
rmSync(folder, { recursive: true, force: true, maxRetries: 10 })

function signal(name: NodeJS.Signals): void {
  for (const pid of pids.filter(isAlive)) process.kill(pid, name)
}
