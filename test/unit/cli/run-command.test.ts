import { describe, expect, it } from '@jest/globals'
import { AppError, ConfigurationError } from '../../../src/kernel/errors.ts'
import { UsageError } from '../../../src/cli/usage-error.ts'
import { loadCommands } from '../../../src/cli/load-commands.ts'
import { parseOptions } from '../../../src/cli/parse-options.ts'
import { runCommand } from '../../../src/cli/run-command.ts'
import type { Command } from '../../../src/cli/command.ts'

const COMMANDS = await loadCommands([])

class VendorAwayError extends AppError {
  constructor() {
    super('vendor_away', 'The vendor is away. Try again.', true)
  }
}

function command(name: string, run: Command['run'] = async () => 0): Command {
  return { name, summary: `does ${name}`, usage: `${name} [--json]`, run }
}

async function run(commands: readonly Command[], line: string) {
  const printed: string[] = []
  const complained: string[] = []
  const exitCode = await runCommand(commands, line.split(' ').filter(Boolean), {
    variables: {},
    print: (text) => printed.push(text),
    printError: (text) => complained.push(text),
    signal: new AbortController().signal,
  })
  return { exitCode, printed: printed.join('\n'), complained: complained.join('\n') }
}

/** A run that ends with this error. */
function failing(error: Error): Command['run'] {
  return () => Promise.reject(error)
}

describe('a command that there is', () => {
  it('gets the arguments after its one or two words', async () => {
    const seen: (readonly string[])[] = []
    const note = async (args: readonly string[]): Promise<0> => {
      seen.push(args)
      return 0
    }

    await run([command('audit verify', note), command('serve', note)], 'audit verify FILE --json')
    await run([command('audit verify', note), command('serve', note)], 'serve --role web')

    expect(seen).toEqual([
      ['FILE', '--json'],
      ['--role', 'web'],
    ])
  })

  it.each([
    ['passes on what the check says', () => Promise.resolve(1 as const), 1, ''],
    [
      'is 2 for wrong usage, with the usage',
      failing(new UsageError('What, exactly?')),
      2,
      'What, exactly?\n\nUsage: countersign serve [--json]',
    ],
    [
      'is 2 for a wrong configuration, with every mistake',
      failing(new ConfigurationError([{ file: 'a.yaml', at: '1:2', found: 'x', expected: 'y' }])),
      2,
      'a.yaml:1:2: found x; expected y',
    ],
    [
      'is 1 for what failed, in its own words and without a stack',
      failing(new VendorAwayError()),
      1,
      'The vendor is away. Try again.',
    ],
  ] as const)('the exit code %s', async (_what, work, exitCode, said) => {
    const result = await run([command('serve', work)], 'serve')

    expect(result.exitCode).toBe(exitCode)
    expect(result.complained).toContain(said)
    expect(result.complained).not.toMatch(/^ {4}at /m)
  })
})

describe('a command that there is not', () => {
  it.each([
    ['serv', 'serve'],
    ['docter', 'doctor'],
    ['playbook lnit', 'playbook lint'],
    ['playbooks list', 'playbook list'],
    ['audit verfy FILE', 'audit verify'],
    ['migrat --json', 'migrate'],
  ])('"%s" is wrong usage, and the nearest one is named: %s', async (typed, meant) => {
    const { exitCode, complained, printed } = await run(COMMANDS, typed)

    expect(exitCode).toBe(2)
    expect(complained).toContain(`Did you mean "${meant}"?`)
    expect(printed).toBe('')
  })

  it('of a known group shows that group', async () => {
    const { exitCode, complained } = await run(COMMANDS, 'playbook fly')

    expect(exitCode).toBe(2)
    expect(complained).toContain('There is no command "playbook fly".')
    expect(complained).toContain('playbook lint')
    expect(complained).not.toContain('audit verify ')
  })

  it('far from any is no guess', async () => {
    expect((await run(COMMANDS, 'xyzzy')).complained).not.toContain('Did you mean')
  })
})

describe('the code of a command', () => {
  it.each(COMMANDS.map(({ name }) => name))('"%s" is loaded alone where the words name it', async (name) => {
    const words = name.split(' ')

    expect((await loadCommands([...words, '--json'])).map((command) => command.name)).toEqual([name])
  })

  it.each([[], ['help'], ['help', 'playbook', 'lint'], ['playbook'], ['constructor'], ['--help']])(
    'is loaded of every command where the words name none (%j)',
    async (...words) => {
      expect(await loadCommands(words)).toEqual(COMMANDS)
    },
  )
})

describe('help', () => {
  it.each(['--help', '-h', 'help'])('"%s" alone lists every command', async (typed) => {
    const { exitCode, printed } = await run(COMMANDS, typed)

    expect(exitCode).toBe(0)
    const lines = printed.split('\n').map((line) => line.trim().replaceAll(/ {2,}/g, ': '))
    for (const { name, summary } of COMMANDS) expect(lines).toContain(`${name}: ${summary}`)
  })

  it('without any word is wrong usage, and shown all the same', async () => {
    const { exitCode, complained } = await run(COMMANDS, '')

    expect(exitCode).toBe(2)
    expect(complained).toContain('Usage: countersign <command>')
  })

  it.each(['playbook --help', 'help playbook'])('"%s" lists the group', async (typed) => {
    const { exitCode, printed } = await run(COMMANDS, typed)

    expect(exitCode).toBe(0)
    expect(printed).toContain('playbook plan')
    expect(printed).not.toContain('audit verify ')
  })

  it.each(COMMANDS.map(({ name }) => [name]))('%s --help runs nothing and says how it is used', async (name) => {
    const before = await run(COMMANDS, `${name} --help`)
    const after = await run(COMMANDS, `help ${name}`)

    expect(before).toEqual(after)
    expect(before.exitCode).toBe(0)
    expect(before.printed).toContain(`Usage: countersign ${name}`)
  })

  it('says --json where there is output to parse', () => {
    const withoutOutput = COMMANDS.filter(({ usage }) => !usage.includes('--json')).map(({ name }) => name)

    expect(withoutOutput).toEqual(['demo', 'serve', 'jobs retry', 'outbox retry'])
  })
})

describe('options', () => {
  const kinds = { config: 'text', json: 'flag' } as const

  it('are declared, or wrong usage with the nearest one named', () => {
    expect(() => parseOptions(['--confg', 'x'], kinds)).toThrow("Unknown option '--confg'. Did you mean --config?")
    expect(() => parseOptions(['--zzz'], kinds)).toThrow("Unknown option '--zzz'.")
    expect(() => parseOptions(['--config'], kinds)).toThrow(UsageError)
    expect(() => parseOptions(['--json=yes'], kinds)).toThrow(UsageError)
  })

  it('are read in any order, before and after what is named', () => {
    expect(parseOptions(['a', '--json', '--config=x', 'b'], kinds)).toEqual({
      options: { config: 'x', json: true },
      positionals: ['a', 'b'],
    })
    expect(parseOptions([], kinds).options).toEqual({ config: undefined, json: false })
  })
})

describe('what a command prints', () => {
  const SECRET = 'canary-7f3a9b-value'
  const telling = (more: Partial<Command> = {}): Command => ({
    ...command('tell', async (_args, context) => {
      context.learnSecrets?.([SECRET])
      context.print(`the answer was ${SECRET}`)
      throw new Error(`Cannot connect with ${SECRET}.`)
    }),
    ...more,
  })

  it('holds no secret of the installation, and neither does the stack of an unexpected error', async () => {
    const { printed, complained } = await run([telling()], 'tell')

    expect(printed).toBe('the answer was [redacted]')
    expect(complained).toMatch(/^Error: Cannot connect with \[redacted\]\.\n +at /)
  })

  it('holds it where lines of the log are let through, which are looked at elsewhere (the twin)', async () => {
    expect((await run([telling({ printsLog: true })], 'tell')).printed).toContain(SECRET)
  })
})
