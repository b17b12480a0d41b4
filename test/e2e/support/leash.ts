import { isMainThread } from 'node:worker_threads'

/**
 * Loaded with `--import` into every program that an end-to-end test starts: when the test's process is gone, however it
 * went, the other end of standard input closes, and the program ends itself as on a SIGTERM; at last by force.
 */
const GRACE_MS = 15_000

// Threads of the program load this as well, and have no standard input of their own.
if (isMainThread) {
  process.stdin.on('end', letGo)
  process.stdin.on('error', letGo)
  process.stdin.resume()
  // What has done its work ends by itself, leash or not.
  unreferenced(process.stdin).unref?.()
}

function letGo(): void {
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), GRACE_MS).unref()
  process.kill(process.pid, 'SIGTERM')
}

function unreferenced(stream: object): { unref?: () => void } {
  return stream
}
