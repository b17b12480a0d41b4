import { readFile, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** Files below the folder with one of the endings, sorted; none when the folder is not there. */
export async function listFiles(folder: string, endings: readonly string[]): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true, recursive: true })
    return entries
      .filter((entry) => entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
  } catch (error) {
    if (isAbsent(error)) return []
    throw error
  }
}

export async function readText(file: string): Promise<string> {
  return readFile(file, 'utf8')
}

export async function fileExists(file: string): Promise<boolean> {
  try {
    return (await stat(file)).isFile()
  } catch (error) {
    if (isAbsent(error)) return false
    throw error
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
}
