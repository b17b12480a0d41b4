import { realpathSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { ServerUser } from './choose-user.ts'

const READ = 4
const ENTER = 1

/** Whether this user may pass through every folder down to this one, itself included. */
export function canEnter(user: ServerUser, folder: string): boolean {
  return foldersDownTo(realpathSync(folder)).every((path) => isPermitted(user, path, ENTER))
}

/** Whether this user may reach this file or folder and read and execute (or list) it. */
export function canUse(user: ServerUser, path: string): boolean {
  return canEnter(user, dirname(path)) && isPermitted(user, path, READ | ENTER)
}

function foldersDownTo(path: string): string[] {
  const parent = dirname(path)
  return parent === path ? [path] : [...foldersDownTo(parent), path]
}

function isPermitted(user: ServerUser, path: string, wanted: number): boolean {
  const { mode, uid, gid } = statSync(path)
  const shift = uid === user.uid ? 6 : gid === user.gid ? 3 : 0
  return ((mode >> shift) & wanted) === wanted
}
