import fc from 'fast-check'
import type { SurfaceMethod } from '../../fakes/scripted-surface.ts'

export const CHATS = ['slack', 'teams'] as const
export type Chat = (typeof CHATS)[number]

/** Four people: two approvers of the owning group and one of another, and a responder who may not approve. */
export const HUMANS = ['ana', 'bo', 'cy', 'di'] as const
export type Human = (typeof HUMANS)[number]

export const PRESSED = ['approve', 'reject', 'withdraw', 'cancel', 'ack'] as const
export const SAID = ['severity SEV1', 'severity SEV4', 'note looked at it', 'ack', 'mitigated', 'reopen'] as const

/** One thing that happens to an incident, or to the platforms on which it is shown. */
export type Step =
  /** `copies` clicks at once: a double click, or a platform that sends it again before it was answered. */
  | {
      readonly kind: 'press'
      readonly human: Human
      readonly chat: Chat
      readonly verb: (typeof PRESSED)[number]
      readonly copies: number
    }
  /** An earlier click is delivered once more, with what its card showed then. */
  | { readonly kind: 'replay'; readonly which: number }
  /** The incident is edited by its verbs. */
  | { readonly kind: 'say'; readonly human: Human; readonly chat: Chat; readonly text: (typeof SAID)[number] }
  /** What was committed so far reaches the platforms; before that people see, and press, older cards. */
  | { readonly kind: 'deliver' }
  | { readonly kind: 'outage'; readonly chat: Chat; readonly isDown: boolean }
  | { readonly kind: 'fault'; readonly chat: Chat; readonly method: SurfaceMethod; readonly fault: 'lost' | 'busy' }

export interface History {
  readonly tier: 2 | 3
  /** What happens to the posts of its first cards, one after the other. */
  readonly firstPosts: readonly ('lost' | 'busy')[]
  readonly steps: readonly Step[]
}

const chat = fc.constantFrom(...CHATS)
const human = fc.constantFrom(...HUMANS)
const methods = ['postCard', 'updateCard', 'findCard', 'postInThread'] as const

const press: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('press' as const),
  human,
  chat,
  verb: fc.constantFrom(...(['approve', 'approve', 'approve', ...PRESSED] as const)),
  copies: fc.constantFrom(1, 1, 2, 3),
})
const replay: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('replay' as const),
  which: fc.nat({ max: 5 }),
})
const say: fc.Arbitrary<Step> = fc.record({
  ...{ kind: fc.constant('say' as const), human, chat, text: fc.constantFrom(...SAID) },
})
const deliver: fc.Arbitrary<Step> = fc.constant({ kind: 'deliver' as const })
const outage: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('outage' as const),
  chat,
  isDown: fc.boolean(),
})
const fault: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('fault' as const),
  chat,
  method: fc.constantFrom(...methods),
  fault: fc.constantFrom('lost' as const, 'busy' as const),
})

const step = fc.oneof(
  { arbitrary: press, weight: 6 },
  { arbitrary: replay, weight: 2 },
  { arbitrary: say, weight: 2 },
  { arbitrary: deliver, weight: 2 },
  { arbitrary: outage, weight: 1 },
  { arbitrary: fault, weight: 2 },
)

export const anyHistory: fc.Arbitrary<History> = fc.record({
  tier: fc.constantFrom(2 as const, 3 as const),
  firstPosts: fc.array(fc.constantFrom('lost' as const, 'busy' as const), { maxLength: 1 }),
  steps: fc.array(step, { minLength: 1, maxLength: 8 }),
})
