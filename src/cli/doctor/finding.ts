/** What `doctor` prints of one connection or permission. */
export interface Finding {
  readonly name: string
  readonly ok: boolean
  readonly detail: string
  /** How to mend it; empty when nothing needs doing. */
  readonly remedy: string
}

export function fine(name: string, detail: string): Finding {
  return { name, ok: true, detail, remedy: '' }
}

export function wrong(name: string, detail: string, remedy: string): Finding {
  return { name, ok: false, detail, remedy }
}

/** A check that throws is a finding as well. */
export async function guarded(
  name: string,
  remedy: string,
  check: () => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return await check()
  } catch (error) {
    return [wrong(name, error instanceof Error ? error.message : String(error), remedy)]
  }
}
