interface Mistake {
  readonly at: string
  readonly found: string
  readonly expected: string
}

const KEY_BYTES = 32
const KEY_FORM = /^[A-Za-z0-9+/]{43}=$/

/** Variables of Slack that cannot stand together, and keys that are none. */
export function findSlackMistakes(given: Readonly<Record<string, string | undefined>>): readonly Mistake[] {
  const found: Mistake[] = []
  const signing = countOf(given['SLACK_SIGNING_SECRET'])
  if (signing > 2) {
    const what = `${String(signing)} secrets`
    found.push({ at: 'SLACK_SIGNING_SECRET', found: what, expected: 'one, or two during rotation' })
  }
  if (given['SLACK_CLIENT_ID'] !== undefined && given['SLACK_BOT_TOKEN'] !== undefined) {
    const expected = 'either SLACK_BOT_TOKEN for one workspace, or SLACK_CLIENT_ID for installations through OAuth'
    found.push({ at: 'SLACK_BOT_TOKEN', found: 'both ways to install the app', expected })
  }
  const keys = partsOf(given['SLACK_TOKEN_KEY'])
  if (keys.length > 2 || keys.some((key) => !isKey(key))) {
    const expected = '32 bytes in base64 (openssl rand -base64 32), or two with a comma between during rotation'
    found.push({ at: 'SLACK_TOKEN_KEY', found: 'a value that does not fit', expected })
  }
  return found
}

function isKey(key: string): boolean {
  return KEY_FORM.test(key) && Buffer.from(key, 'base64').length === KEY_BYTES
}

function countOf(value: string | undefined): number {
  return partsOf(value).length
}

function partsOf(value: string | undefined): readonly string[] {
  return (value ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}
