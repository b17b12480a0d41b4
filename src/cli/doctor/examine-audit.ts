import { access, constants } from 'node:fs/promises'
import { dirname } from 'node:path'
import { auditKeySourceOf } from '../../app/open-audit.ts'
import { findAuditKey } from '../../store/audit-key.ts'
import { openCheckpointFolder } from '../../store/checkpoint-folder.ts'
import { fine, guarded, wrong } from './finding.ts'
import type { Config } from '../../config/config.ts'
import type { Finding } from './finding.ts'

const KEEP_ELSEWHERE = 'production keeps it elsewhere: "countersign audit keygen" and COUNTERSIGN_AUDIT_KEY'

/** Key and checkpoints lie outside the database, or they prove nothing against whoever runs it. */
export async function examineAudit(config: Config): Promise<readonly Finding[]> {
  const remedy = 'Make one with "countersign audit keygen --out DIR", and name it in COUNTERSIGN_AUDIT_KEY.'
  const key = guarded('Audit key', remedy, async () => {
    const found = await findAuditKey(auditKeySourceOf(config))
    if (found === undefined) return [fine('Audit key', `made at the first start, beside the data; ${KEEP_ELSEWHERE}`)]
    const where = found.path ?? 'COUNTERSIGN_AUDIT_KEY_PEM'
    return [fine('Audit key', found.isOwn ? `${where}, beside the data; ${KEEP_ELSEWHERE}` : where)]
  })
  const checkpoints = guarded('Checkpoints', 'Keep the folder as evidence, and name another.', async () => [
    await examineCheckpoints(config.checkpointFolder),
  ])
  return [...(await key), ...(await checkpoints)]
}

async function examineCheckpoints(folder: string): Promise<Finding> {
  const last = await openCheckpointFolder(folder).findLast()
  if (!(await mayWrite(folder))) {
    const remedy = 'Name a folder that it may write as audit.checkpoints in countersign.yaml.'
    return wrong('Checkpoints', `this process may not write to ${folder}`, remedy)
  }
  const standing = last === undefined ? 'none yet' : `the last covers ${String(last.size)} entries, of ${last.at}`
  return fine('Checkpoints', `${standing}, in ${folder}`)
}

/** What is not there yet is made by the service, where its nearest parent allows it. */
async function mayWrite(folder: string): Promise<boolean> {
  try {
    await access(folder, constants.W_OK)
    return true
  } catch (error) {
    const { code } = error as { readonly code?: string }
    return code === 'ENOENT' && dirname(folder) !== folder && mayWrite(dirname(folder))
  }
}
