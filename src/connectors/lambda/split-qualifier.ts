/** `name:alias` and `arn:…:function:name:alias` carry their qualifier; the rest names the function. */
export function splitQualifier(text: string): { readonly functionName: string; readonly qualifier: string | null } {
  const parts = text.split(':')
  const nameParts = parts[0] === 'arn' ? 7 : 1
  return { functionName: parts.slice(0, nameParts).join(':'), qualifier: parts[nameParts] ?? null }
}
