import { join } from 'node:path'
import { auditExportCommand } from '../audit-export.ts'
import { auditVerifyCommand } from '../audit-verify.ts'
import type { CommandContext } from '../command.ts'
import type { Demo } from './open-demo.ts'

/** Exports the audit log and verifies it, by the very commands an auditor would use. */
export async function verifyAudit(demo: Demo): Promise<boolean> {
  const file = join(demo.folder, 'audit.jsonl')
  const context: CommandContext = {
    variables: demo.variables,
    print: (line) => {
      demo.reporter.say(`Audit log: ${line}`)
    },
    printError: (line) => {
      demo.reporter.say(`Audit log: ${line}`)
    },
    signal: new AbortController().signal,
  }
  const exported = await auditExportCommand.run(['--out', file, '--config', demo.configPath], context)
  if (exported !== 0) return false
  const checkpoints = join(demo.folder, 'audit.checkpoints.jsonl')
  const key = join(demo.config.checkpointFolder, 'audit.pub')
  return (await auditVerifyCommand.run([file, '--checkpoints', checkpoints, '--key', key], context)) === 0
}
