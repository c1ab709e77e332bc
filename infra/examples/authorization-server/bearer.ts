import type { Request } from 'express'

const BEARER = /^bearer +([A-Za-z0-9\-._~+/]+=*)$/i

/** Only from the header: a token in a form or a query ends up in logs (RFC 9700 section 4.3.2). */
export function bearerToken({ headers: { authorization = '' } }: Request): string | undefined {
  return BEARER.exec(authorization)?.[1]
}
