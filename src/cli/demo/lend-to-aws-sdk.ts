const OVERRULING = ['AWS_PROFILE', 'AWS_SESSION_TOKEN', 'AWS_ENDPOINT_URL', 'AWS_WEB_IDENTITY_TOKEN_FILE']

/**
 * The AWS SDK reads its standard chain from the process itself, not from our configuration. For the time of the demo the
 * chain leads to the sandbox, and whatever of the user's own would overrule it is out of its reach.
 */
export function lendToAwsSdk(variables: Readonly<Record<string, string>>): () => void {
  const lent = Object.entries(variables).filter(([name]) => name.startsWith('AWS_'))
  const names = [...OVERRULING, ...lent.map(([name]) => name)]
  const before = names.map((name) => [name, process.env[name]] as const)
  for (const name of OVERRULING) Reflect.deleteProperty(process.env, name)
  for (const [name, value] of lent) process.env[name] = value
  return () => {
    for (const [name, value] of before) {
      if (value === undefined) Reflect.deleteProperty(process.env, name)
      else process.env[name] = value
    }
  }
}
