import { pickFrom } from '../../../test/support/random.ts'
import { startProduct } from '../../support/product.ts'
import type { Product } from '../../support/product.ts'
import type { Workplace } from '../../support/workplace.ts'

export type Build = 'older' | 'newer'

export interface FleetConfig {
  readonly workplace: Workplace
  readonly configPath: string
  readonly environment: Readonly<Record<string, string>>
  readonly olderFolder: string
  readonly print: (line: string) => void
}

interface Member {
  readonly build: Build
  readonly product: Product
}

/** Whole processes of `serve`, of two builds, on one database. */
export class Fleet {
  readonly #config: FleetConfig
  readonly #members: Member[] = []

  constructor(config: FleetConfig) {
    this.#config = config
  }

  async start(build: Build): Promise<void> {
    const { workplace, configPath, environment, olderFolder, print } = this.#config
    const place = build === 'older' ? [olderFolder] : []
    const product = await startProduct(workplace, configPath, environment, ...place)
    this.#members.push({ build, product })
    print(`a process of the ${build} build is up; now ${this.#words()}`)
  }

  /** The one of that build that runs for longest; gone from the list before it is asked to end, as behind a balancer. */
  async end(build: Build, how: 'stop' | 'kill'): Promise<void> {
    const index = this.#members.findIndex((member) => member.build === build)
    const [member] = this.#members.splice(index, 1)
    await member?.product[how]()
    this.#config.print(
      `one of the ${build} build ${how === 'stop' ? 'was asked to end' : 'was killed'}; now ${this.#words()}`,
    )
  }

  /** Where the next request goes. */
  url(random: () => number): string {
    return pickFrom(random, this.#members).product.url
  }

  #words(): string {
    const count = (build: Build) => this.#members.filter((member) => member.build === build).length
    return `${String(count('older'))} older, ${String(count('newer'))} newer`
  }
}
