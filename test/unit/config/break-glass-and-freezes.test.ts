import { describe, expect, it } from '@jest/globals'
import { ConfigurationFile } from '../../../src/config/configuration-file.ts'

const problemOf = (written: object): string =>
  ConfigurationFile.safeParse(written).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)[0] ??
  ''

describe('approvals.breakGlass', () => {
  it('names no playbook unless somebody does, so that nobody can break the glass', () => {
    expect(ConfigurationFile.parse({}).approvals.breakGlass).toEqual({
      ...{ playbooks: [], for: 3_600_000, review: 172_800_000 },
    })
  })

  it.each([
    [{ for: '61m' }, 'approvals.breakGlass.for: a duration of at most 60m'],
    [{ for: '0m' }, 'approvals.breakGlass.for: a duration of at most 60m'],
    [{ review: '49h' }, 'approvals.breakGlass.review: a duration of at most 48h'],
  ])('refuses %j at the start; the limit itself is taken', (breakGlass, problem) => {
    expect(problemOf({ approvals: { breakGlass } })).toBe(problem)
    expect(problemOf({ approvals: { breakGlass: { for: '60m', review: '48h' } } })).toBe('')
  })
})

describe('freezes', () => {
  const night = { all: true, from: '22:00', to: '06:00', timezone: 'Europe/Zurich', reason: 'nights' }

  it('are read to minutes of the wall', () => {
    expect(ConfigurationFile.parse({ freezes: [night] }).freezes).toEqual([
      {
        ...{ services: null, owner: null, environment: null, days: [], from: 1_320, to: 360 },
        ...{ timezone: 'Europe/Zurich', reason: 'nights' },
      },
    ])
  })

  it.each([
    [{ all: undefined }, 'freezes.0: services, owner or environment, or else all: true'],
    [{ owner: 'payments' }, 'freezes.0: services, owner or environment, or else all: true'],
    [{ from: '25:00' }, 'freezes.0.from: a time from 00:00 to 23:59, such as 22:00'],
    [{ timezone: 'Europe/Zuerich' }, 'freezes.0.timezone: a time zone of the IANA list, such as Europe/Zurich or UTC'],
    [
      { days: ['friday'] },
      'freezes.0.days.0: mon to sun, a day of the month from 1 to 31, or last for the last day of a month',
    ],
  ])('with %j are refused, with the place', (change, problem) => {
    expect(problemOf({ freezes: [{ ...night, ...change }] })).toBe(problem)
    expect(problemOf({ freezes: [night] })).toBe('')
  })
})
