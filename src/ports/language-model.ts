export interface ModelRequest {
  /** Which prompt of `prompts/` this is, for the record. */
  readonly purpose: string
  /** Whose budget it is taken from; left out where there is none to be kept. */
  readonly incidentId?: string
  readonly system: string
  readonly user: string
  /** JSON Schema the answer must fit. */
  readonly answerSchema: object
  readonly maxOutputTokens: number
  /** What may be looked up before the answer, which then counts the tokens of all steps; left out: nothing. */
  readonly tools?: readonly ReadingTool[]
}

export interface ModelAnswer {
  /** The raw text; the caller parses and checks it. */
  readonly text: string
  readonly model: string
  readonly inputTokens: number
  readonly outputTokens: number
}

/** Something a model may look up before it answers. It reads, and changes nothing. */
export interface ReadingTool {
  readonly name: string
  readonly description: string
  /** What its one argument is. */
  readonly argument: string
  /** What it found, fenced. */
  run(argument: string): string
}

export interface LanguageModel {
  readonly name: string
  complete(request: ModelRequest, signal: AbortSignal): Promise<ModelAnswer>
}
