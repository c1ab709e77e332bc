import type { Seeded } from '../emulator/seed.ts'
import type { KeptAliveClient, Post } from './kept-alive-client.ts'
import type { ServerReady } from './server.ts'
import { confidentialClient, type Format, FORMATS } from './services.ts'

export interface LoopbackCase {
  readonly name: string
  /** The requests, to be sent in turn. */
  readonly posts: readonly Post[]
  /** What has to be in every answer: a figure of wrong answers would be worth nothing. */
  readonly expected: string
}

const TOKENS = 32

/** The echo first; then for each format a bound token, and introspection by its holder. */
export async function loopbackCases(
  client: KeptAliveClient,
  ports: ServerReady,
  seeded: Readonly<Record<Format, Seeded>>,
): Promise<LoopbackCase[]> {
  const issuing = (format: Format) => tokenPost(ports[format], seeded[format])
  const echo = { ...issuing('opaque'), port: ports.echo, path: '/' }
  const cases: LoopbackCase[] = [{ name: 'echo', posts: [echo], expected: '"length":' }]
  for (const format of FORMATS) {
    const expected = format === 'JWT' ? '"access_token":"eyJ' : '"access_token":"'
    cases.push({ name: `token, ${format}`, posts: [issuing(format)], expected })
  }
  for (const format of FORMATS) {
    const posts = await introspectionPosts(client, issuing(format))
    cases.push({ name: `introspection, ${format}`, posts, expected: '"active":true' })
  }
  return cases
}

function tokenPost(port: number, seeded: Seeded): Post {
  const { authorization } = confidentialClient(seeded)
  const form = { grant_type: 'client_credentials', scope: 'accounts:read' }
  return { port, path: '/token', authorization, form }
}

async function introspectionPosts(client: KeptAliveClient, issuing: Post): Promise<Post[]> {
  const posts: Post[] = []
  while (posts.length < TOKENS) {
    const { access_token: token } = JSON.parse(await client.post(issuing)) as { access_token: string }
    posts.push({ port: issuing.port, path: '/introspection', authorization: '', form: { token } })
  }
  return posts
}
