import { Agent, request } from 'node:https'

export interface TlsIdentity {
  readonly cert: string
  readonly key: string
  readonly ca: string
}

export interface Post {
  readonly port: number
  readonly path: string
  readonly authorization: string
  readonly form: Readonly<Record<string, string>>
}

export interface KeptAliveClient {
  /** @throws Error when the answer is anything else than 200 */
  readonly post: (post: Post) => Promise<string>
  readonly close: () => void
}

/** A client with one certificate and at most so many connections to a port, all of them kept open. */
export function keptAliveClient(identity: TlsIdentity, connections: number): KeptAliveClient {
  const agent = new Agent({ ...identity, keepAlive: true, maxSockets: connections })
  return {
    post: async (post) => {
      const { status, body } = await send(agent, post)
      if (status !== 200) throw new Error(`${post.path} answered ${status}: ${body}`)
      return body
    },
    close: () => agent.destroy(),
  }
}

function send(agent: Agent, { port, path, authorization, form }: Post) {
  const body = new URLSearchParams(form).toString()
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': body.length,
    ...(authorization === '' ? {} : { authorization }),
  }
  return new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
    const sent = request({ agent, host: '127.0.0.1', port, path, method: 'POST', headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.once('error', reject)
      response.once('end', () =>
        resolve({ status: response.statusCode, body: Buffer.concat(chunks).toString() }),
      )
    })
    sent.once('error', reject)
    sent.end(body)
  })
}
