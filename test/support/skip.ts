import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { join, resolve } from 'node:path'
import { describe, it } from '@jest/globals'

type TestBody = () => void | Promise<void>

/**
 * A skipped test carries its reason in its title, since that is the one thing every reporter shows. The plain
 * reporter reads it from there. The body of a skipped group is not called at all, because it may read what is absent.
 */
function titleOfSkipped(name: string, reason: string): string {
  return `${name} [skipped: ${reason}]`
}

/** Registers the group when the condition holds, else one skipped test that names the reason. */
export function describeWhen(condition: boolean, reason: string, name: string, body: () => void): void {
  if (condition) describe(name, body)
  else it.skip(titleOfSkipped(name, reason), () => undefined)
}

/** Registers the test when the condition holds, else the same test as skipped, with the reason. */
export function itWhen(condition: boolean, reason: string, name: string, body: TestBody, timeoutMs?: number): void {
  if (condition) it(name, body, timeoutMs)
  else it.skip(titleOfSkipped(name, reason), () => undefined)
}

/** The path of a file or folder among the shared specifications, whether it is there or not. */
function sharedPath(relativePath: string): string {
  const repository = fileURLToPath(new URL('../..', import.meta.url))
  return join(resolve(repository, process.env['COUNTERSIGN_SHARED'] ?? '../shared'), relativePath)
}

/** For a test that runs without the file as well, and proves more with it. */
export function findShared(relativePath: string): string | undefined {
  const path = sharedPath(relativePath)
  return existsSync(path) ? path : undefined
}

/** The reason the plain reporter accepts even where no skip is allowed: see `CI_NO_SKIP` there. */
function sharedAbsent(relativePath: string): string {
  return `the shared specifications have no ${relativePath} here, set COUNTERSIGN_SHARED`
}

/** A group that reads one file or folder of the shared specifications; the body gets its path. */
export function describeWhenShared(relativePath: string, name: string, body: (path: string) => void): void {
  const path = sharedPath(relativePath)
  describeWhen(existsSync(path), sharedAbsent(relativePath), name, () => {
    body(path)
  })
}

/** A test that reads one file or folder of the shared specifications; the body gets its path. */
export function itWhenShared(
  relativePath: string,
  name: string,
  body: (path: string) => void | Promise<void>,
  timeoutMs?: number,
): void {
  const path = sharedPath(relativePath)
  itWhen(existsSync(path), sharedAbsent(relativePath), name, () => body(path), timeoutMs)
}
