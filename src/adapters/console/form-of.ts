import { HttpFault } from '../http/http-fault.ts'
import type { HttpRequest } from '../http/route.ts'

export function formOf(request: HttpRequest): URLSearchParams {
  if (request.contentType !== 'application/x-www-form-urlencoded') {
    throw new HttpFault({
      status: 415,
      code: 'not_a_form',
      message: 'Send the form as application/x-www-form-urlencoded.',
    })
  }
  return new URLSearchParams(new TextDecoder().decode(request.body))
}
