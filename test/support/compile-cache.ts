import { join } from 'node:path'

const folder = process.env['NODE_COMPILE_CACHE']

/**
 * For the environment of a process that gets none of ours: where Node keeps what it compiled, types stripped, so that
 * the next start takes a third less of the processor. A changed source is compiled anew. A worker by itself runs with
 * other flags of V8 (`src/main.ts`), under which nothing counts that was compiled without: in one folder each of the two
 * would compile all anew after the other, a second a start. Where jest was started by hand there is none.
 */
export function compileCacheFor(words: readonly string[]): Readonly<Record<string, string>> {
  if (folder === undefined) return {}
  return { NODE_COMPILE_CACHE: words.join(' ').includes('--role worker') ? join(folder, 'worker') : folder }
}

/**
 * For a process of the product, before the path of its program. The service keeps its new objects in a small space for
 * the sake of memory, and while a heap grows it is cleaned through again and again: together a quarter of the processor
 * of a start. A test that looks at memory starts without.
 */
export const QUICK_START: readonly string[] = ['--min-semi-space-size=16', '--initial-old-space-size=200']
