import { constants, createReadStream } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { mkdir, open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { AppError } from '../kernel/errors.ts'
import { fileErrorCodeOf } from './file-error.ts'
import { canonicalJson } from '../kernel/canonical-json.ts'
import type { Checkpoint } from '../domain/audit-entry.ts'
import type { CheckpointLog } from '../ports/checkpoint-log.ts'

/**
 * One checkpoint a line, appended in one write and synced: the whole line is there after a crash, or a part of it
 * without its end, which is cut off before the next append.
 */
const FILE_NAME = 'checkpoints.jsonl'
/** Enough for many lines; the last one is what is looked for. */
const TAIL_BYTES = 64 * 1024

class CheckpointFileError extends AppError {
  constructor(path: string, detail: string) {
    super(
      'checkpoints_unreadable',
      `The last audit checkpoint in ${path} cannot be read (${detail}), so the log cannot be compared with it. Keep the file as evidence, find out who changed it, and configure an empty folder as audit.checkpoints.`,
      false,
    )
  }
}

const checkpointFileOf = (folder: string): string => join(folder, FILE_NAME)

export function openCheckpointFolder(folder: string): CheckpointLog {
  const path = checkpointFileOf(folder)
  return {
    async findLast() {
      const line = lastLineOf(await readTail(path))
      return line === undefined ? undefined : parseCheckpoint(path, line)
    },
    async append(checkpoint, signal) {
      const line = canonicalJson({ ...checkpoint })
      await mkdir(folder, { recursive: true, mode: 0o750 })
      const file = await open(path, constants.O_RDWR | constants.O_APPEND | constants.O_CREAT, 0o640)
      try {
        const { size } = await file.stat()
        const tail = await tailOf(file)
        if (lastLineOf(tail) === line) return
        // Whoever waited for a folder that hung has given it up, and a newer one may stand there by now.
        signal?.throwIfAborted()
        await dropTornLine(file, size, tail)
        await file.write(`${line}\n`)
        await file.sync()
        if (size === 0) await syncFolder(folder)
      } finally {
        await file.close()
      }
    },
  }
}

/** All lines as they stand, without the torn end of a crash. */
export async function readCheckpointLines(folder: string): Promise<readonly string[]> {
  return Array.fromAsync(streamCheckpointLines(folder))
}

/** The same, one after the other: the file grows for as long as the service runs. */
export async function* streamCheckpointLines(folder: string, ask: Ask = (work) => work()): AsyncGenerator<string> {
  const stream = createReadStream(checkpointFileOf(folder), 'utf8')
  const chunks: AsyncIterator<string> = stream[Symbol.asyncIterator]()
  const readNext = () => ask(() => chunks.next())
  let rest = ''
  try {
    for (let next = await readNext(); next.done !== true; next = await readNext()) {
      const lines = `${rest}${next.value}`.split('\n')
      rest = lines.pop() ?? ''
      yield* lines
    }
  } catch (error) {
    if (fileErrorCodeOf(error) !== 'ENOENT') throw error
  } finally {
    stream.destroy()
  }
}

/** How each look at the folder is asked for, where it may hang. */
type Ask = <Value>(look: () => Promise<Value>) => Promise<Value>

/** Of whole ones. */
function lastLineOf(tail: string): string | undefined {
  return tail
    .slice(0, tail.lastIndexOf('\n') + 1)
    .split('\n')
    .at(-2)
}

async function readTail(path: string): Promise<string> {
  let file: FileHandle
  try {
    file = await open(path, 'r')
  } catch (error) {
    if (fileErrorCodeOf(error) === 'ENOENT') return ''
    throw error
  }
  try {
    return await tailOf(file)
  } finally {
    await file.close()
  }
}

async function tailOf(file: FileHandle): Promise<string> {
  const { size } = await file.stat()
  const length = Math.min(size, TAIL_BYTES)
  const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length)
  return buffer.toString('utf8')
}

function parseCheckpoint(path: string, line: string): Checkpoint {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    throw new CheckpointFileError(path, 'it is not JSON')
  }
  const names = { origin: 'string', epoch: 'number', size: 'number', root: 'string', chain: 'string', at: 'string' }
  const members = new Map(Object.entries(value ?? {}))
  const wrong = Object.entries(names).find(([name, type]) => typeof members.get(name) !== type)
  if (wrong !== undefined) throw new CheckpointFileError(path, `its member "${wrong[0]}" is missing or wrong`)
  return value as Checkpoint
}

async function dropTornLine(file: FileHandle, size: number, tail: string): Promise<void> {
  if (size === 0 || tail.endsWith('\n')) return
  const kept = size - Buffer.byteLength(tail.slice(tail.lastIndexOf('\n') + 1))
  await file.truncate(kept)
}

/** A new file is durable only when its folder is. */
async function syncFolder(folder: string): Promise<void> {
  for (const path of [folder, dirname(folder)]) {
    const handle = await open(path, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  }
}
