import { describe, expect, it } from '@jest/globals'
import { RefusedError } from '../../../src/kernel/errors.ts'
import { VERBS } from '../../../src/domain/verb.ts'
import { helpText, usageOf } from '../../../src/orchestrator/verbs/usage.ts'
import {
  parseApprove,
  parseDeclare,
  parsePlaybookArguments,
  parseSettle,
  parseVerb,
} from '../../../src/orchestrator/verbs/parse-verb.ts'

function refusedWith(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (error instanceof RefusedError) return error.message
    throw error
  }
  return 'it was taken'
}

describe('the grammar', () => {
  it.each([
    // Nothing typed asks for help.
    ['', 'help', null, ''],
    ['STATUS inc-12', 'status', 'INC-12', ''],
    ['note INC-3 looked at INC-4 too', 'note', 'INC-3', 'looked at INC-4 too'],
    // An id further on is part of the text.
    ['note looked at INC-4', 'note', null, 'looked at INC-4'],
    ['  list   --share ', 'list', null, ''],
    // A verb without text takes its id wherever it stands.
    ['severity SEV1 INC-4', 'severity', 'INC-4', 'SEV1'],
    ['assign commander @bo INC-4', 'assign', 'INC-4', 'commander @bo'],
    // The slash command, typed where it is none.
    ['/incident status INC-12', 'status', 'INC-12', ''],
    ['incident', 'help', null, ''],
    // Inside a text `--share` is a word of it.
    ['note run it with --share next time', 'note', null, 'run it with --share next time'],
  ])('reads "%s"', (text, verb, incidentId, rest) => {
    expect(parseVerb(text)).toMatchObject({ verb, incidentId, rest })
  })

  it('says what was probably meant', () => {
    expect(refusedWith(() => parseVerb('aprove PRO-1'))).toContain('Did you mean "approve"? Usage: approve')
  })

  it.each([
    ['close INC-3', 'resolve'],
    ['acknowledge', 'ack'],
    ['DENY no', 'reject'],
    ['rollback', 'playbooks'],
  ])('tells who says "%s" our word for it, and does nothing', (text, verb) => {
    expect(refusedWith(() => parseVerb(text))).toContain(`Did you mean "${verb}"? Usage: ${verb}`)
  })

  it.each([
    ['resolve payments', '"payments" is one word too many. Usage: resolve [id]'],
    ['status 12', 'Incidents are named like INC-12. Usage: status [id]'],
    ['ack inc12', 'Incidents are named like INC-12.'],
    ['severity SEV1 now', '"now" is one word too many.'],
  ])('refuses a word that nobody would read: "%s"', (text, says) => {
    expect(refusedWith(() => parseVerb(text))).toContain(says)
  })

  it.each(['constructor', '__proto__', 'toString'])('knows "%s" as no verb', (word) => {
    expect(refusedWith(() => parseVerb(word))).toContain('There is no verb')
  })

  it('says how to find the verbs when nothing is near', () => {
    expect(refusedWith(() => parseVerb('xyzzyxyzzy'))).toContain('Type "help"')
  })

  it('refuses what is far too long', () => {
    expect(refusedWith(() => parseVerb(`note ${'x'.repeat(5000)}`))).toContain('Shorten it')
  })

  it('names every verb in the help, with its usage', () => {
    for (const verb of VERBS) {
      expect(helpText()).toContain(verb)
      expect(usageOf(verb)).toMatch(/^Usage: /)
    }
  })
})

describe('declare', () => {
  it.each([
    ['declare SEV1 site is down on web', { severity: 'SEV1', title: 'site is down', service: 'web' }],
    ['declare sev4 odd logs', { severity: 'SEV4', title: 'odd logs', service: null }],
    // "on" in the middle of a sentence names no service.
    ['declare someone is on the roof', { severity: null, title: 'someone is on the roof', service: null }],
  ])('reads "%s"', (text, expected) => {
    expect(parseDeclare(parseVerb(text))).toEqual(expected)
  })

  it('refuses a severity that there is none of', () => {
    expect(refusedWith(() => parseDeclare(parseVerb('declare SEV9 site is down')))).toContain(
      '"SEV9" is not a severity: SEV1 is the worst, SEV5 the least.',
    )
  })

  it('wants a title', () => {
    expect(refusedWith(() => parseDeclare(parseVerb('declare SEV1')))).toContain('A title is missing. Usage: declare')
  })
})

describe('run and plan', () => {
  it('read inputs, quoted where they hold spaces', () => {
    expect(parsePlaybookArguments(parseVerb('run roll app=checkout note="two words" empty='))).toEqual({
      playbook: 'roll',
      inputs: { app: 'checkout', note: 'two words', empty: '' },
    })
  })

  it('say which part is not key=value', () => {
    expect(refusedWith(() => parsePlaybookArguments(parseVerb('plan roll checkout')))).toContain(
      '"checkout" is not of the form key=value',
    )
  })
})

describe('approve', () => {
  it('may come without a hash, and then names nothing to approve', () => {
    expect(parseApprove(parseVerb('approve'))).toEqual({ proposalId: null, hashPrefix: null })
  })

  it('wants at least eight characters of the hash', () => {
    expect(refusedWith(() => parseApprove(parseVerb('approve PRO-1 abc')))).toContain('not the beginning of a hash')
  })
})

describe('settle', () => {
  it('wants an answer and a reason', () => {
    expect(parseSettle(parseVerb('settle rollback done saw it in the UI'))).toEqual({
      stepId: 'rollback',
      answer: 'done',
      reason: 'saw it in the UI',
    })
    expect(refusedWith(() => parseSettle(parseVerb('settle rollback maybe so')))).toContain('not retry, done or abort')
    expect(refusedWith(() => parseSettle(parseVerb('settle rollback done')))).toContain('A reason is missing')
  })
})
