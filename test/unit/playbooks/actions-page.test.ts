import { describe, expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { ACTION_NAMES } from '../../../src/domain/action.ts'

const page = readFileSync(fileURLToPath(new URL('../../../docs/actions.md', import.meta.url)), 'utf8')

describe('docs/actions.md', () => {
  it('has a row for each action that a playbook may use, and for no other', () => {
    const rows = [...page.matchAll(/^\| `([a-z/-]+)` \|/gm)].map(([, name]) => name)

    expect([...rows].sort()).toEqual([...ACTION_NAMES].sort())
  })
})
