import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { link, mkdir, open, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { AppError } from '../kernel/errors.ts'
import { fileErrorCodeOf } from './file-error.ts'

class AuditKeyError extends AppError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('audit_key', message, false, options)
  }
}

export interface AuditKeySource {
  /** COUNTERSIGN_AUDIT_KEY: a path. */
  readonly path?: string | undefined
  /** COUNTERSIGN_AUDIT_KEY_PEM: the key itself. */
  readonly pem?: string | undefined
  /** Where a key is made when neither is given. */
  readonly defaultPath: string
}

export interface AuditKey {
  readonly privateKey: KeyObject
  /** Made by ourselves beside the data: production keeps it elsewhere. */
  readonly isOwn: boolean
  /** Made just now. */
  readonly isNew: boolean
  readonly path: string | null
}

/** The path of the public key that belongs to a private one: `audit.key` → `audit.pub`. */
const publicPathOf = (path: string): string => `${path.replace(/\.(key|pem)$/, '')}.pub`

/** Undefined when no key is configured and none was made yet. */
export async function findAuditKey(source: AuditKeySource): Promise<AuditKey | undefined> {
  if (source.pem !== undefined) {
    return { privateKey: parseKey(source.pem, 'COUNTERSIGN_AUDIT_KEY_PEM'), isOwn: false, isNew: false, path: null }
  }
  const path = source.path ?? source.defaultPath
  const isOwn = source.path === undefined
  try {
    return { privateKey: parseKey(await readFile(path, 'utf8'), path), isOwn, isNew: false, path }
  } catch (error) {
    if (error instanceof AuditKeyError) throw error
    if (isOwn && fileErrorCodeOf(error) === 'ENOENT') return undefined
    throw new AuditKeyError(
      `The audit key ${path} cannot be read. Make one with "countersign audit keygen --out DIR" and set COUNTERSIGN_AUDIT_KEY to its audit.key.`,
      { cause: error },
    )
  }
}

/** The configured key, or the one beside the data folder, which is made when it is not there. */
export async function openAuditKey(source: AuditKeySource): Promise<AuditKey> {
  const found = await findAuditKey(source)
  if (found !== undefined) return found
  const isNew = await writeKeyPair(source.defaultPath)
  const made = await findAuditKey(source)
  if (made === undefined) throw new AuditKeyError(`The audit key ${source.defaultPath} vanished while it was made.`)
  return { ...made, isNew }
}

/** Writes `audit.key` (0600) and `audit.pub` into the folder; never over a key that is there. */
export async function generateAuditKey(folder: string): Promise<{ readonly key: string; readonly publicKey: string }> {
  const key = join(folder, 'audit.key')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  if (!(await writeKeyPair(key))) {
    throw new AuditKeyError(
      `There is a key already: ${key}. Choose another folder; a key that is replaced leaves its checkpoints unproven.`,
    )
  }
  return { key, publicKey: publicPathOf(key) }
}

/** Of several processes at a first start one wins: a name is linked once. False when a key was there. */
async function writeKeyPair(path: string): Promise<boolean> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const draft = `${path}.${String(process.pid)}.draft`
  await mkdir(dirname(path), { recursive: true })
  const file = await open(draft, 'w', 0o600)
  try {
    await file.writeFile(privateKey.export({ type: 'pkcs8', format: 'pem' }))
    await file.sync()
    await link(draft, path)
  } catch (error) {
    if (fileErrorCodeOf(error) === 'EEXIST') return false
    throw error
  } finally {
    await file.close()
    await rm(draft, { force: true })
  }
  await writeFile(publicPathOf(path), publicKey.export({ type: 'spki', format: 'pem' }), { mode: 0o644 })
  return true
}

function parseKey(text: string, where: string): KeyObject {
  let key: KeyObject
  try {
    // An environment variable often holds its line breaks as \n.
    key = createPrivateKey(text.replaceAll('\\n', '\n'))
  } catch (cause) {
    throw new AuditKeyError(
      `${where} holds no private key in PEM. Make one with "countersign audit keygen --out DIR".`,
      {
        cause,
      },
    )
  }
  if (key.asymmetricKeyType === 'ed25519') return key
  throw new AuditKeyError(
    `${where} holds a key of kind ${String(key.asymmetricKeyType)}; checkpoints need Ed25519. Make one with "countersign audit keygen --out DIR".`,
  )
}
