import { mutualTlsRequest, type TlsIdentity } from '../../infra/emulator/mutual-tls-request.ts'

/**
 * `fetch` for client libraries that let their users bring their own: HTTPS with this certificate, which the global one
 * has no way to present.
 */
export function tlsFetch(identity: TlsIdentity) {
  return async (
    url: string,
    { headers, body }: { readonly headers: Record<string, string>; readonly body?: unknown },
  ): Promise<Response> => {
    const form = body instanceof URLSearchParams ? { form: body.toString() } : {}
    const answer = await mutualTlsRequest(url, identity, { headers, ...form })
    const lines = Object.entries(answer.headers).map(([name, value]): [string, string] => [
      name,
      String(value),
    ])
    return new Response(answer.text, { status: answer.status, headers: lines })
  }
}
