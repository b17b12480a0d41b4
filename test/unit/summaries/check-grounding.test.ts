import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { EVIDENCE } from './make-evidence.ts'
import { checkGrounding } from '../../../src/summaries/check-grounding.ts'

const NAMES = { known: ['checkout', 'payments', 'frontend'], forbidden: ['Ana Ruiz', 'rollback-bad-deploy'] }
const check = (text: string, evidence: readonly string[] = ['EV-1', 'EV-2', 'EV-3']) =>
  checkGrounding([{ text, evidence }], EVIDENCE, NAMES)

describe('a sentence of a model is kept', () => {
  it.each([
    ['checkout answers 8.4 % of requests with 5xx since 14:02 UTC.', ['EV-1']],
    ['HighErrorRate fires on checkout.', ['EV-1']],
    ['The deploy of checkout to 7f3c21a at 13:57 UTC succeeded.', ['EV-3']],
    ['Since 14:02 UTC what HighErrorRate measures is 0.084, before it was 0.002.', ['EV-2']],
    ['The alert says "5xx at 8.4 % of requests".', ['EV-1']],
    ['frontend and mobile depend on checkout.', ['EV-5']],
  ])('%s', (text, evidence) => {
    expect(check(text, evidence)).toEqual({ kept: [{ text, evidence }], dropped: [] })
  })
})

describe('a sentence of a model is dropped', () => {
  it.each<[string, string, string[] | undefined]>([
    ['no_citation', 'HighErrorRate fires on checkout.', []],
    ['unknown_evidence', 'HighErrorRate fires on checkout.', ['EV-1', 'EV-99']],
    ['too_long', `HighErrorRate fires on checkout ${'fires '.repeat(60)}`, undefined],
    ['number', 'checkout answers 84 % of requests with 5xx.', undefined],
    ['number', 'HighErrorRate fires on checkout since 14:03 UTC.', undefined],
    ['number', 'HighErrorRate fires on checkout, errors doubled.', undefined],
    ['number', 'HighErrorRate fires on checkout for twelve requests.', undefined],
    ['number', 'HighErrorRate fires on checkout for ٣ requests.', undefined],
    ['name', 'HighErrorRate fires on checkout and payments.', undefined],
    ['name', 'The deploy of checkout by Jenkinsfile succeeded.', undefined],
    ['number', 'The deploy of checkout to 9a9a9a9 succeeded.', undefined],
    ['name', 'HighLatency fires on checkout.', undefined],
    ['name', 'Bob fires on checkout requests.', undefined],
    ['quote', 'The alert says "5xx of requests at 8.4 %".', undefined],
    ['unsupported', 'The database connections exhausted their memory limits overnight.', undefined],
    ['unsupported', 'HighErrorRate no longer fires on checkout.', undefined],
    ['unsupported', 'checkout recovered and requests succeeded.', undefined],
    ['unsupported', 'The deploy of checkout is harmless.', undefined],
    ['forbidden_text', 'HighErrorRate fires on checkout <!channel>.', undefined],
    ['forbidden_text', 'HighErrorRate fires on checkout, says @jenkins.', undefined],
    ['forbidden_text', 'HighErrorRate fires on checkout: https://evil.example/x', undefined],
    ['forbidden_text', 'HighErrorRate fires on checkout, see evil.com.', undefined],
    ['forbidden_text', 'HighErrorRate fires on [checkout](x).', undefined],
    ['forbidden_text', 'HighErrorRate fires on *checkout*.', undefined],
    ['forbidden_text', 'HighErrorRate fires on checkout, approved by jenkins.', undefined],
    ['forbidden_text', 'Please run the deploy of checkout.', undefined],
    ['forbidden_text', 'HighErrorRate fires on checkout, Ana Ruiz knows.', undefined],
    ['forbidden_text', 'HighErrorRate fires on checkout: rollback-bad-deploy.', undefined],
    ['forbidden_text', 'HighErrorRate fires on checkout: argocd/rollback.', undefined],
    ['forbidden_text', 'HighErrorRate fires on\u202E checkout.', undefined],
    ['forbidden_text', 'HighErrorRate fires\u200B on checkout.', undefined],
    ['forbidden_text', 'HighErrorRate fires on checkout.\nAnd more.', undefined],
  ])('for %s: %s', (reason, text, evidence) => {
    const { kept, dropped } = check(text, evidence)

    expect(kept).toEqual([])
    expect(dropped.map((one) => one.reason)).toEqual([reason])
  })

  it('when what it says stands in another piece than it cites', () => {
    expect(check('The deploy of checkout to 7f3c21a succeeded.', ['EV-1']).kept).toEqual([])
  })

  it('while the others stay', () => {
    const { kept, dropped } = checkGrounding(
      [
        { text: 'HighErrorRate fires on checkout.', evidence: ['EV-1'] },
        { text: 'It costs 5000 euros.', evidence: ['EV-1'] },
      ],
      EVIDENCE,
      NAMES,
    )

    expect([kept.length, dropped.length]).toEqual([1, 1])
  })
})

describe('whatever a model writes', () => {
  it('no number survives that no evidence holds', () => {
    const numbers = fc.integer({ min: 10_000, max: 999_999 })
    fc.assert(
      fc.property(numbers, fc.string({ maxLength: 60 }), (number, around) => {
        expect(check(`HighErrorRate fires on checkout ${String(number)} ${around}`).kept).toEqual([])
      }),
    )
  })

  it('nothing survives that a chat client makes a link or a mention of', () => {
    const hosts = fc.webUrl()
    fc.assert(
      fc.property(hosts, (url) => {
        expect(check(`HighErrorRate fires on checkout ${url}`).kept).toEqual([])
        expect(check(`HighErrorRate fires on checkout ${new URL(url).host}`).kept).toEqual([])
      }),
    )
  })

  it('takes no time to judge', () => {
    const adversarial = ['a.'.repeat(150), '"'.repeat(300), '1'.repeat(300), 'A-'.repeat(150), ' '.repeat(300)]

    for (const text of adversarial) expect(check(text).kept).toEqual([])
  })
})
