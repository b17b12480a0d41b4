import { parseArgs } from 'node:util'
import { UsageError } from './usage-error.ts'
import { suggest } from '../kernel/suggest.ts'

type OptionKinds = Readonly<Record<string, 'text' | 'flag'>>
type Options<Kinds extends OptionKinds> = {
  readonly [Name in keyof Kinds]: Kinds[Name] extends 'flag' ? boolean : string | undefined
}

/** `--name value`, `--name=value` and flags; anything that is not declared is wrong usage. */
export function parseOptions<const Kinds extends OptionKinds>(
  args: readonly string[],
  kinds: Kinds,
): { readonly options: Options<Kinds>; readonly positionals: readonly string[] } {
  const declared = Object.fromEntries(
    Object.entries(kinds).map(([name, kind]) => [name, { type: kind === 'flag' ? 'boolean' : 'string' } as const]),
  )
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: declared,
      allowPositionals: true,
      strict: true,
    })
    const options = Object.fromEntries(
      Object.entries(kinds).map(([name, kind]) => [name, values[name] ?? (kind === 'flag' ? false : undefined)]),
    )
    return { options: options as Options<Kinds>, positionals }
  } catch (error) {
    throw new UsageError(describeMistake(error, Object.keys(kinds)))
  }
}

/** The first sentence of what Node says: the rest is about its own escapes. */
function describeMistake(error: unknown, names: readonly string[]): string {
  const { message = '' } = error as { readonly message?: string }
  const unknown = /^Unknown option '--?([^'=]*)/.exec(message)?.[1]
  const near = unknown === undefined ? undefined : suggest(unknown, names)
  const said = message === '' ? 'The arguments are wrong.' : `${message.split(/\.(?:\s|$)/)[0] ?? ''}.`
  return near === undefined ? said : `${said} Did you mean --${near}?`
}
