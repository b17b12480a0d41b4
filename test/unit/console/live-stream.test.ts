import { expect, it } from '@jest/globals'
import { liveStream } from '../../../src/adapters/console/live-stream.ts'
import type { Signals } from '../../../src/ports/signals.ts'

/** The process that was to say so has died: nothing is ever heard. */
const DEAF: Signals = { listen: () => () => undefined, close: () => Promise.resolve() }
const BEAT_MS = 5
const CHANGED = 'event: changed\ndata: {}\n\n'

it('asks for the page anew after a few quiet beats, since a change may have gone unsaid', async () => {
  const ending = new AbortController()
  const said: string[] = []

  for await (const line of liveStream(DEAF, 'INC-1', ending.signal, BEAT_MS)) {
    said.push(line)
    if (said.filter((each) => each === CHANGED).length === 2) ending.abort()
  }

  const quiet = ': still here\n\n'
  expect(said.slice(1)).toEqual([quiet, quiet, quiet, CHANGED, quiet, quiet, quiet, CHANGED])
})
