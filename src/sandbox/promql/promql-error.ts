/** As Prometheus answers it: `bad_data` for what cannot be read, `execution` for what cannot be computed. */
export class PromqlError extends Error {
  readonly errorType: 'bad_data' | 'execution'

  constructor(errorType: 'bad_data' | 'execution', message: string) {
    super(message)
    this.name = 'PromqlError'
    this.errorType = errorType
  }
}
