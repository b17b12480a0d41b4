// Preloaded by `npm start` and the image: hands Node the source that scripts/strip-types.mjs stripped at installation.
// The stripped file is found by the hash of the source as it lies there now, so what runs is always that source.
import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'
import { SOURCE, strippedPathOf } from './stripped-source.mjs'

registerHooks({
  load(url, context, nextLoad) {
    const source = url.startsWith(SOURCE) && url.endsWith('.ts') ? strippedSourceOf(url) : undefined
    return source === undefined ? nextLoad(url, context) : { format: 'module', source, shortCircuit: true }
  },
})

function strippedSourceOf(url) {
  try {
    return readFileSync(strippedPathOf(readFileSync(fileURLToPath(url))))
  } catch {
    return undefined
  }
}
