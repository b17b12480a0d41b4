import type { ReplayedState } from './replay-entries.ts'

const KINDS = ['proposals', 'decisions', 'questions', 'steps', 'runs', 'attempts'] as const

/** One line for each thing of which the log and the tables do not say the same; empty when they are equal. */
export function compareReplay(log: ReplayedState, tables: ReplayedState): readonly string[] {
  return KINDS.flatMap((kind) => {
    const names = [...new Set([...log[kind].keys(), ...tables[kind].keys()])]
    return names.flatMap((name) => {
      const [said, stands] = [log[kind].get(name), tables[kind].get(name)]
      if (said === stands) return []
      return [`${kind} ${name}: the log says ${said ?? 'nothing'}, the table ${stands ?? 'nothing'}`]
    })
  })
}
