import { clearDemoFolder } from './clear-demo-folder.ts'

/** See `startWatchdog`: waits until nobody holds the other end of standard input, then clears up. */
const [, , folder] = process.argv
process.stdin.resume()
await new Promise<void>((resolve) => {
  process.stdin.on('end', resolve)
  process.stdin.on('error', () => {
    resolve()
  })
})
if (folder !== undefined) await clearDemoFolder(folder)
