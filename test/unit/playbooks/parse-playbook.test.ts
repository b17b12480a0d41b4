import { describe, expect, it } from '@jest/globals'
import { parsePlaybook, parsePlaybooks } from '../../../src/playbooks/parse-playbook.ts'
import { CONTRACT_EXAMPLE } from './contract-example.ts'

const parse = (text: string) => parsePlaybook({ file: 'p.yaml', text })
const problemsOf = (text: string) =>
  parse(text).problems.map(({ at, found, expected }) => `${at}: ${found}; ${expected}`)
/** The example with one piece of it replaced. */
const withChange = (from: string, to: string) => {
  if (!CONTRACT_EXAMPLE.includes(from)) throw new Error(`The example has no ${from}.`)
  return CONTRACT_EXAMPLE.replace(from, to)
}

describe('a playbook file', () => {
  it('is read as the contract writes it', () => {
    const { playbook, problems } = parse(CONTRACT_EXAMPLE)

    expect(problems).toEqual([])
    expect(playbook).toMatchObject({
      name: 'rollback-bad-deploy',
      match: {
        alerts: [
          { label: 'alertname', operator: '=~', value: 'HighErrorRate|HighLatency' },
          { label: 'severity', operator: '=', value: 'critical' },
        ],
        change: 'deploy',
      },
      inputs: {
        app: { kind: 'from', path: 'service.argocd.app' },
        revision: { kind: 'from', path: 'change.previous.id' },
      },
      risk: { reversible: true, blastRadius: 'service' },
      onFailure: 'stop',
    })
    expect(playbook?.steps.map((step) => [step.id, step.timeoutMs])).toEqual([
      ['rollback', 300_000],
      ['healthy', 300_000],
    ])
  })

  it('is versioned by the digest of its bytes', () => {
    const digest = parse(CONTRACT_EXAMPLE).playbook?.digest
    const again = parse(CONTRACT_EXAMPLE).playbook?.digest
    const withComment = parse(`${CONTRACT_EXAMPLE}# reviewed\n`).playbook?.digest

    expect(digest).toMatch(/^[0-9a-f]{64}$/)
    expect(again).toBe(digest)
    expect(withComment).not.toBe(digest)
  })

  it('gives a check as much time as it asks for, where no timeout is written', () => {
    const { playbook } = parse(withChange('below: 0.05, for: 2m', 'below: 0.05, for: 10m, within: 20m'))

    expect(playbook?.steps[1]?.timeoutMs).toBe(31 * 60_000)
  })

  it('may have no inputs at all', () => {
    const text = withChange(
      `  inputs:
    app:      { from: service.argocd.app }
    revision: { from: change.previous.id }
`,
      '  inputs:\n',
    )
      .replaceAll('${{ inputs.app }}', 'checkout')
      .replaceAll('${{ inputs.revision }}', '41')

    expect(problemsOf(text)).toEqual([])
  })
})

describe('a playbook file with mistakes', () => {
  const cases: readonly (readonly [string, string, string, RegExp])[] = [
    ['an unknown key', 'autonomous: false', 'autonomus: false', /^15:3 \(spec\): .*"autonomus".*documented/],
    ['a wrong version', 'countersign.dev/v1', 'countersign.dev/v9', /^1:1 \(apiVersion\): .*countersign\.dev\/v1$/],
    [
      'an unknown action',
      'uses: prometheus/assert',
      'uses: prometheus/check',
      /^23:7 .*one of the actions argocd\/sync/,
    ],
    ['an unknown argument', 'autoSync: suspend', 'autosync: suspend', /^19:\d+ \(spec\.steps\.0\.with\): .*"autosync"/],
    [
      'a wrong argument',
      'autoSync: suspend',
      'autoSync: sometimes',
      /^19:\d+ .*autoSync\): "sometimes"; refuse or suspend/,
    ],
    [
      'a missing argument',
      'below: 0.05, ',
      '',
      /^24:7 \(spec\.steps\.1\.with\): .*at least one of below, above and equals/,
    ],
    ['a duration without a unit', 'timeout: 5m', 'timeout: 5', /^20:7 .*timeout\): 5; a duration/],
    ['an unknown path', 'from: service.argocd.app', 'from: service.argo.app', /^12:17 .*service\.argocd\.app$/],
    [
      'an input that is not declared',
      '"${{ inputs.app }}", id',
      '"${{ inputs.ap }}", id',
      /^19:15 .*"inputs\.ap".*\(app, revision\)/,
    ],
    ['an operator', '${{ inputs.revision }}', '${{ inputs.revision + 1 }}', /^19:\d+ .*no operators, no calls/],
    ['a call', '${{ inputs.revision }}', '${{ upper(inputs.revision) }}', /^19:\d+ .*no operators, no calls/],
    [
      'an undo that names an unknown step',
      'before.rollback.historyId',
      'before.rolback.historyId',
      /^21:\d+ .*"before\.rolback\.historyId".*rollback, healthy/,
    ],
    [
      'two steps of one id',
      'id: healthy',
      'id: rollback',
      /^22:7 \(spec\.steps\.1\.id\): "rollback", which step 1 has/,
    ],
    ['a matcher that is none', `'severity="critical"'`, `'severity is critical'`, /^9:\d+ .*a matcher such as/],
    ['a pattern that is none', 'HighErrorRate|HighLatency', '(HighErrorRate', /^9:\d+ .*RE2/],
    ['a pattern that looks around', 'HighErrorRate|HighLatency', '(?=High).*', /^9:\d+ .*RE2/],
    [
      'an expression outside of quotes in a query',
      '[1m]',
      '[${{ incident.service }}]',
      /^24:\d+ .*only as a label matcher's value/,
    ],
    ['an unknown change', 'change: deploy', 'change: deployment', /^10:5 .*one of deploy, config/],
    ['a step without an id', '- id: rollback\n      uses', '- uses', /^17:7 .*spec\.steps\.0\.id/],
    [
      'the output of a step as a target',
      'app: "${{ inputs.app }}", id: "${{ inputs.revision }}"',
      'app: "${{ steps.healthy.app }}", id: "1"',
      /^19:15 .*no output of a step here/,
    ],
  ]

  it.each(cases)('names the place of %s', (_, from, to, expected) => {
    const text = withChange(from, to)

    expect(problemsOf(text)).toEqual(expect.arrayContaining([expect.stringMatching(expected)]))
  })

  it('lists every mistake at once, from top to bottom', () => {
    const text = withChange('countersign.dev/v1', 'v1')
      .replace('from: service.argocd.app', 'from: service.argo.app')
      .replace('reversible: true', 'reversible: maybe')
      .replace('uses: prometheus/assert', 'uses: prometheus/check')
      .replace('onFailure: stop', 'onFailure: explode')

    const lines = parse(text).problems.map(({ at }) => Number(at.split(':')[0]))

    expect(lines.length).toBeGreaterThanOrEqual(5)
    expect(lines).toEqual([...lines].sort((left, right) => left - right))
    expect(parse(text).playbook).toBeUndefined()
  })

  it('that is no YAML says where it breaks', () => {
    const { playbook, problems } = parse('apiVersion: [\nkind: Playbook\n')

    expect(playbook).toBeUndefined()
    expect(problems[0]?.at).toMatch(/^\d+:\d+/)
  })

  it.each(['', '# nothing\n', `${CONTRACT_EXAMPLE}---\n${CONTRACT_EXAMPLE}`])('holds exactly one playbook', (text) => {
    expect(parse(text).playbook).toBeUndefined()
    expect(parse(text).problems).not.toEqual([])
  })

  it('cannot reach a prototype', () => {
    const text = withChange('from: service.argocd.app', 'from: service.__proto__.app')
    expect(problemsOf(text)).not.toEqual([])
  })
})

describe('several playbook files', () => {
  it('have each name once', () => {
    const files = ['a.yaml', 'b.yaml'].map((file) => ({ file, text: CONTRACT_EXAMPLE }))
    const { problems } = parsePlaybooks(files)

    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatchObject({ file: 'b.yaml', expected: 'each playbook name once' })
  })
})
