/**
 * Lets jobs work side by side, and a suspect alone: one whose earlier try came to no end may take the process with it,
 * and what works beside it then would be counted for nothing. First come, first served, so that neither kind starves.
 *
 *   free → shared (n at work) → free; free → alone → free
 */
export class JobGate {
  #shared = 0
  #isAlone = false
  readonly #waiting: { readonly alone: boolean; readonly enter: () => void }[] = []

  /** Resolves when the job may begin; what it returns is called at its end. */
  async enter(alone: boolean): Promise<() => void> {
    await new Promise<void>((enter) => {
      this.#waiting.push({ alone, enter })
      this.#admit()
    })
    return () => {
      if (alone) this.#isAlone = false
      else this.#shared -= 1
      this.#admit()
    }
  }

  #admit(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (this.#isAlone || (next.alone && this.#shared > 0)) return
      this.#waiting.shift()
      if (next.alone) this.#isAlone = true
      else this.#shared += 1
      next.enter()
    }
  }
}
