import { parseArgs } from 'node:util'
import { UsageError } from './usage-error.ts'

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
    throw new UsageError(
      error instanceof Error ? `${error.message.split('.')[0] ?? error.message}.` : 'The arguments are wrong.',
    )
  }
}
