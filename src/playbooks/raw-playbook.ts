/** A playbook file as it was read, whatever its shape: what lets every mistake be found in one go. */
export type Path = readonly PropertyKey[]

export interface RawStep {
  readonly id: string
  readonly uses: string
  readonly path: Path
  readonly with: unknown
  readonly timeout: unknown
  readonly undo: { readonly uses: string; readonly with: unknown; readonly path: Path } | null
}

export interface RawPlaybook {
  readonly inputs: readonly { readonly name: string; readonly value: unknown; readonly path: Path }[]
  readonly alerts: readonly { readonly text: string; readonly path: Path }[]
  readonly change: unknown
  readonly steps: readonly RawStep[]
}

export function readRawPlaybook(document: unknown): RawPlaybook {
  const spec = child(document, 'spec')
  const match = child(spec, 'match')
  return {
    inputs: entriesOf(child(spec, 'inputs')).map(([name, value]) => ({ name, value, path: ['spec', 'inputs', name] })),
    alerts: listOf(child(match, 'alerts')).flatMap((text, index) =>
      typeof text === 'string' ? [{ text, path: ['spec', 'match', 'alerts', index] }] : [],
    ),
    change: child(match, 'change'),
    steps: listOf(child(spec, 'steps')).map((step, index) => readStep(step, ['spec', 'steps', index])),
  }
}

function readStep(step: unknown, path: Path): RawStep {
  const undo = child(step, 'undo')
  return {
    id: textOf(child(step, 'id')),
    uses: textOf(child(step, 'uses')),
    path,
    with: child(step, 'with'),
    timeout: child(step, 'timeout'),
    undo:
      undo === undefined
        ? null
        : { uses: textOf(child(undo, 'uses')), with: child(undo, 'with'), path: [...path, 'undo'] },
  }
}

/** Every text below a value, with the way to it. */
export function textsIn(value: unknown, path: Path): readonly { readonly text: string; readonly path: Path }[] {
  if (typeof value === 'string') return [{ text: value, path }]
  if (Array.isArray(value)) return value.flatMap((item, index) => textsIn(item, [...path, index]))
  return entriesOf(value).flatMap(([name, item]) => textsIn(item, [...path, name]))
}

/** Every name of a member below a value, with the way to it. */
export function namesIn(value: unknown, path: Path): readonly { readonly text: string; readonly path: Path }[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => namesIn(item, [...path, index]))
  return entriesOf(value).flatMap(([name, item]) => [
    { text: name, path: [...path, name] },
    ...namesIn(item, [...path, name]),
  ])
}

export function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : []
}

export function child(value: unknown, name: string): unknown {
  return entriesOf(value).find(([key]) => key === name)?.[1]
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
