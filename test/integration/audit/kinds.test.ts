import { expect, it } from '@jest/globals'
import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { NO_ENTRIES, REQUIRED, REQUIRED_OF_SERVICE, REQUIRED_SELDOM } from './required-members.ts'

/** Where entries are written. */
const ROOMS = ['orchestrator', 'executor', 'llm', 'cli', 'app', 'app.ts']
const SRC = fileURLToPath(new URL('../../../src/', import.meta.url))
const FILE_NAME = /\.(?:csv|html|json|jsonl|key|lock|pid|pub|ts|yaml|md|zip|log)$/

function filesIn(room: string): readonly string[] {
  if (room.endsWith('.ts')) return [join(SRC, room)]
  return readdirSync(join(SRC, room), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
}

/** Everything that looks like `noun.past`; a kind that is put together from parts is found by its story alone. */
function namesInSource(): readonly string[] {
  const texts = ROOMS.flatMap(filesIn).map((path) => readFileSync(path, 'utf8'))
  const found = texts.flatMap((text) => [...text.matchAll(/'([a-z_]+\.[a-z_]+)'/g)].map(([, name = '']) => name))
  return [...new Set(found)].filter((name) => !FILE_NAME.test(name)).toSorted()
}

it('are each in a table that a story is held against', () => {
  const known = new Set([
    ...Object.keys({ ...REQUIRED, ...REQUIRED_OF_SERVICE, ...REQUIRED_SELDOM }).map((kind) => kind.split(' ')[0]),
    ...NO_ENTRIES,
  ])
  const names = namesInSource()

  expect(names.filter((name) => !known.has(name))).toEqual([])
  expect(names).toContain('step.intended')
  // The twin: with one of them taken out of the table it would be missed.
  expect(names.filter((name) => ![...known].filter((one) => one !== 'run.parked').includes(name))).toEqual([
    'run.parked',
  ])
})
