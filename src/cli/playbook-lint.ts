import { parseOptions } from './parse-options.ts'
import { parsePlaybooks } from '../playbooks/parse-playbook.ts'
import { readFolder, readTextFile } from '../config/read-files.ts'
import { UsageError } from './usage-error.ts'
import { stat } from 'node:fs/promises'
import type { Command } from './command.ts'
import type { FolderReading } from '../config/read-files.ts'

export const playbookLintCommand: Command = {
  name: 'playbook lint',
  summary: 'Checks playbooks, every mistake with its line',
  usage: `playbook lint [PATH …] [--json]

PATH is a file or a folder; default ./playbooks. Exits 1 when there is a mistake.`,
  examples: ['playbook lint', 'playbook lint playbooks/rollback-bad-deploy.yaml --json'],
  async run(args, context) {
    const { options, positionals } = parseOptions(args, { json: 'flag' })
    const readings = await Promise.all((positionals.length === 0 ? ['playbooks'] : positionals).map(readPath))
    const files = readings.flatMap((reading) => reading.files)
    const linted = parsePlaybooks(files)
    const problems = [...readings.flatMap((reading) => reading.problems), ...linted.problems]
    if (options.json) {
      const playbooks = linted.playbooks.map(({ name, digest, file }) => ({ name, digest, file }))
      context.print(JSON.stringify({ playbooks, problems }))
    } else {
      for (const problem of problems) {
        const place = [problem.file, problem.at].filter((part) => part !== '').join(':')
        context.print(`${place}: found ${problem.found}; expected ${problem.expected}`)
      }
      context.print(
        `${linted.playbooks.length} playbook(s) fit, ${problems.length} mistake(s) in ${files.length} file(s).`,
      )
    }
    return problems.length === 0 ? 0 : 1
  },
}

async function readPath(path: string): Promise<Pick<FolderReading, 'files' | 'problems'>> {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined) throw new UsageError(`There is no ${path}.`)
  if (found.isDirectory()) return readFolder(path, ['.yaml', '.yml'])
  const { text, problems } = await readTextFile(path)
  return { files: text === undefined ? [] : [{ file: path, text }], problems }
}
