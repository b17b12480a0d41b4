import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

interface Specification {
  readonly paths: Readonly<Record<string, Readonly<Record<string, object>>>>
}

export interface RequestSpecification {
  readonly path: string
  /** The methods of 2020; what Slack has added since is unknown to it. */
  readonly methods: ReadonlySet<string>
}

/**
 * Slack's specification with the requests only, for Prism: the answers have grown since 2020 (`metadata`, `app_id`), and
 * whether emulate gives them as they were is not what we ask.
 */
export function writeRequestSpecification(published: string, folder: string): RequestSpecification {
  const specification = JSON.parse(readFileSync(published, 'utf8')) as Specification
  const anyAnswer = { responses: { default: { description: 'whatever Slack answers' } } }
  const paths = Object.fromEntries(
    Object.entries(specification.paths).map(([path, operations]) => [
      path,
      Object.fromEntries(Object.entries(operations).map(([verb, operation]) => [verb, { ...operation, ...anyAnswer }])),
    ]),
  )
  const path = join(folder, 'slack-requests.json')
  writeFileSync(path, JSON.stringify({ ...specification, paths }))
  return { path, methods: new Set(Object.keys(paths).map((name) => name.replace('/api/', ''))) }
}
