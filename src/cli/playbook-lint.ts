import { listFiles, readText } from '../config/read-files.ts'
import { parseOptions } from './parse-options.ts'
import { parsePlaybooks } from '../playbooks/parse-playbook.ts'
import { UsageError } from './usage-error.ts'
import { stat } from 'node:fs/promises'
import type { Command } from './command.ts'

export const playbookLintCommand: Command = {
  name: 'playbook lint',
  summary: 'Checks playbooks, every mistake with its line',
  usage: `playbook lint [PATH …] [--json]

PATH is a file or a folder; default ./playbooks. Exits 1 when there is a mistake.`,
  async run(args, context) {
    const { options, positionals } = parseOptions(args, { json: 'flag' })
    const files = await filesOf(positionals.length === 0 ? ['playbooks'] : positionals)
    const read = await Promise.all(files.map(async (file) => ({ file, text: await readText(file) })))
    const { playbooks, problems } = parsePlaybooks(read)
    if (options.json) {
      context.print(
        JSON.stringify({ playbooks: playbooks.map(({ name, digest, file }) => ({ name, digest, file })), problems }),
      )
    } else {
      for (const problem of problems) {
        context.print(`${problem.file}:${problem.at}: found ${problem.found}; expected ${problem.expected}`)
      }
      context.print(`${playbooks.length} playbook(s) fit, ${problems.length} mistake(s) in ${files.length} file(s).`)
    }
    return problems.length === 0 ? 0 : 1
  },
}

async function filesOf(paths: readonly string[]): Promise<readonly string[]> {
  const lists = await Promise.all(
    paths.map(async (path) => {
      const found = await stat(path).catch(() => undefined)
      if (found === undefined) throw new UsageError(`There is no ${path}.`)
      return found.isDirectory() ? listFiles(path, ['.yaml', '.yml']) : [path]
    }),
  )
  return lists.flat()
}
