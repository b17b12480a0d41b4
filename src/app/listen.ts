import { AppError } from '../kernel/errors.ts'
import type { Config } from '../config/config.ts'
import type { HttpServer } from '../adapters/http/open-http-server.ts'

class ListenError extends AppError {
  constructor(message: string, cause: unknown) {
    super('listen', message, false, { cause })
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program listens there; end it, or set PORT',
  EACCES: 'this user may not listen there; set PORT to 1024 or above',
  EADDRNOTAVAIL: 'this machine does not have that address; set HOST to one of its own',
  ENOTFOUND: 'that name has no address; set HOST to an address of this machine',
}

/** Opens the port; what stands in the way is said in words. */
export async function listen(server: HttpServer, { HOST: host, PORT: port }: Config['environment']): Promise<string> {
  try {
    return (await server.listen()).url
  } catch (cause) {
    const reason = REASONS[(cause as { readonly code?: string }).code ?? '']
    if (reason === undefined) throw cause
    throw new ListenError(`Nothing can listen on ${host}:${port}: ${reason}.`, cause)
  }
}
