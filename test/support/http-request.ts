import type { HttpRequest } from '../../shared/http.ts'

type Parts = Partial<Omit<HttpRequest, 'headers' | 'body'>> & {
  /** Names in lower case; every entry is a header that was sent. */
  readonly headers?: Readonly<Record<string, readonly string[]>>
  readonly body?: string | Buffer
}

/** A request as the functions see it, with nothing in it but what is given. */
export function httpRequest({ headers = {}, body = '', ...rest }: Parts = {}): HttpRequest {
  const sent = Object.entries(headers).filter(([, values]) => values.length > 0)
  return {
    requestId: 'request-1',
    method: 'POST',
    route: '/token',
    pathParameters: {},
    query: new URLSearchParams(),
    onMtlsDomain: true,
    tlsCertificate: 'absent',
    ...rest,
    headers: new Map(sent),
    body: Buffer.from(body),
  }
}
