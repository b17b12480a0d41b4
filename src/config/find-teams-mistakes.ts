interface Mistake {
  readonly at: string
  readonly found: string
  readonly expected: string
}

const LOOPBACK: readonly string[] = ['127.0.0.1', 'localhost', '::1']

/** Variables of Teams that cannot stand together. Without an app id nobody proves who they are. */
export function findTeamsMistakes(given: Readonly<Record<string, string | undefined>>): readonly Mistake[] {
  const { MicrosoftAppId: appId, MicrosoftAppPassword: password, MicrosoftAppType: type } = given
  const isInsecureLocal = isOn(given['TEAMS_INSECURE_LOCAL'])
  const found: Mistake[] = []
  if (isInsecureLocal && appId !== undefined) {
    const expected = 'no MicrosoftAppId, or no TEAMS_INSECURE_LOCAL: with an app id every request shows a token'
    found.push({ at: 'TEAMS_INSECURE_LOCAL', found: 'MicrosoftAppId besides it', expected })
  }
  if (isInsecureLocal && !LOOPBACK.includes(given['HOST'] ?? '127.0.0.1')) {
    const expected = 'HOST on this machine alone, such as 127.0.0.1: without an app id anybody could speak as anybody'
    found.push({ at: 'TEAMS_INSECURE_LOCAL', found: 'a HOST that others reach', expected })
  }
  if (type === 'UserAssignedMSI' && password !== undefined) {
    const expected = 'nothing: a managed identity has no password'
    found.push({ at: 'MicrosoftAppPassword', found: 'a value', expected })
  }
  if (type !== 'UserAssignedMSI' && appId !== undefined && password === undefined) {
    const expected = 'a value, since MicrosoftAppId is set (or MicrosoftAppType UserAssignedMSI)'
    found.push({ at: 'MicrosoftAppPassword', found: 'nothing', expected })
  }
  return found
}

function isOn(flag: string | undefined): boolean {
  return flag === '1' || flag === 'true'
}
