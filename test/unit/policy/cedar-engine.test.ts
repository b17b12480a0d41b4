import { describe, expect, it } from '@jest/globals'
import { createPolicyEngine } from '../../../src/policy/cedar-engine.ts'
import { ConfigurationError } from '../../../src/kernel/errors.ts'
import { defaultPolicyFiles } from './default-policies.ts'
import type { AuthorizationRequest } from '../../../src/domain/authorization.ts'
import type { PolicyFile } from '../../../src/policy/parse-policies.ts'

const REQUEST: AuthorizationRequest = {
  principal: { type: 'Person', id: 'ana', roles: ['approver'], groups: [] },
  action: 'approve',
  resource: {
    type: 'Proposal',
    id: 'PRO-1',
    service: null,
    owner: null,
    environment: null,
    criticality: null,
    tier: 2,
    requester: 'bo',
  },
  context: { surface: 'slack', mode: 'assist', isFrozen: false },
}

function problemsOf(files: readonly PolicyFile[]): readonly string[] {
  try {
    createPolicyEngine(files)
  } catch (error) {
    if (error instanceof ConfigurationError) {
      return error.problems.map(({ file, at, found }) => `${file}:${at}: ${found}`)
    }
    throw error
  }
  return []
}

const policy = (text: string, id = 'a') => `@id("${id}")\n@says("because")\n${text}\n`

describe('T23: a policy folder with a hole', () => {
  it.each([
    ['no files', []],
    ['an empty file', [{ file: 'a.cedar', text: '' }]],
    ['only a comment', [{ file: 'a.cedar', text: '// later\n' }]],
  ])('%s is a mistake, not an open or a silent policy', (_, files) => {
    expect(problemsOf(files)).toEqual(['policies:: no policy'])
  })

  it('that lost one file allows less, never more', () => {
    const files = defaultPolicyFiles().filter(({ file }) => !file.endsWith('decisions.cedar'))
    expect(createPolicyEngine(files).authorize(REQUEST).verdict).toBe('forbid')
  })

  it('denies by default and says so', () => {
    const engine = createPolicyEngine([
      { file: 'a.cedar', text: policy('permit (principal, action == Action::"help", resource);') },
    ])
    expect(engine.authorize(REQUEST)).toMatchObject({
      verdict: 'forbid',
      reasons: [{ rule: 'default-deny', text: 'the role approver does not allow it' }],
    })
  })
})

describe('a policy with a mistake', () => {
  it.each([
    ['that does not parse', 'permit (principal;', /^a\.cedar:3:\d+: /],
    [
      'with an unknown action',
      'permit (principal, action == Action::"aprove", resource);',
      /^a\.cedar:3:\d+: .*aprove/,
    ],
    [
      'with an unknown attribute',
      'permit (principal, action, resource)\nwhen { resource.teir == 1 };',
      /^a\.cedar:4:\d+: .*teir/,
    ],
    [
      'that reads what may be absent',
      'permit (principal, action, resource)\nwhen { resource.tier == 1 };',
      /^a\.cedar:4:\d+: .*tier/,
    ],
    ['that is a template', 'permit (principal == ?principal, action, resource);', /a template/],
  ])('%s is named with file and line', (_, text, expected) => {
    expect(problemsOf([{ file: 'a.cedar', text: policy(text) }])).toEqual([expect.stringMatching(expected)])
  })

  it('counts characters where the file has more bytes than those', () => {
    const text = `// Überprüfung: ✓\n${policy('permit (principal, action == Action::"ä", resource);')}`
    expect(problemsOf([{ file: 'a.cedar', text }])).toEqual([expect.stringMatching(/^a\.cedar:4:30: /)])
  })

  it('is listed with all the others, of every file', () => {
    const problems = problemsOf([
      { file: 'a.cedar', text: policy('permit (principal, action == Action::"x", resource);') },
      { file: 'b.cedar', text: 'permit (principal, action, resource);' },
      { file: 'c.cedar', text: policy('permit (principal, action == Action::"y", resource);') },
    ])
    expect(problems).toEqual([
      expect.stringMatching(/^a\.cedar:3/),
      expect.stringMatching(/^b\.cedar:1:1: a policy without @id or @says/),
      expect.stringMatching(/^c\.cedar:3/),
      expect.stringMatching(/^c\.cedar:: @id\("a"\), which a\.cedar has as well/),
    ])
  })
})

describe('the version of the policies', () => {
  const files = defaultPolicyFiles()

  it('is equal for equal files, wherever they lie and in whatever order they are read', () => {
    const elsewhere = files.map(({ file, text }) => ({ file: `/etc/x/${file}`, text })).reverse()
    expect(createPolicyEngine(elsewhere).version).toBe(createPolicyEngine(files).version)
  })

  it('changes with every change of a file, and stands in every verdict', () => {
    const changed = files.map(({ file, text }, index) => ({ file, text: index === 0 ? `${text}\n` : text }))
    const engine = createPolicyEngine(changed)

    expect(engine.version).not.toBe(createPolicyEngine(files).version)
    expect(engine.authorize(REQUEST).policyVersion).toBe(engine.version)
  })

  it('keeps two engines in one process apart', () => {
    const strict = createPolicyEngine([
      { file: 'a.cedar', text: policy('permit (principal, action == Action::"help", resource);') },
    ])
    const usual = createPolicyEngine(files)

    expect(usual.authorize(REQUEST).verdict).toBe('allow')
    expect(strict.authorize(REQUEST).verdict).toBe('forbid')
    expect(usual.authorize(REQUEST).verdict).toBe('allow')
  })
})

describe('T13: who asks', () => {
  it.each([
    ['the same id of another type', { type: 'Stranger' as const, id: 'ana' }],
    ['a service of that name', { type: 'Service' as const, id: 'ana' }],
  ])('is not %s', (_, principal) => {
    const engine = createPolicyEngine(defaultPolicyFiles())
    const request = { ...REQUEST, principal: { ...REQUEST.principal, ...principal } }
    expect(engine.authorize(request).verdict).toBe('forbid')
  })

  it('may have any bytes as id, without being taken for another', () => {
    const engine = createPolicyEngine(defaultPolicyFiles())
    for (const id of ['аna', 'ana\u200b', '\u202eana', 'ana"', 'ana\n', '']) {
      const request = { ...REQUEST, resource: { ...REQUEST.resource, requester: 'ana' } }
      expect(engine.authorize({ ...request, principal: { ...REQUEST.principal, id: 'ana' } }).verdict).toBe('forbid')
      // Another id is another person: not the requester, and judged by the roles that the directory gave that id.
      expect(engine.authorize({ ...request, principal: { ...REQUEST.principal, id } }).verdict).toBe('allow')
    }
  })
})
