import { createServer, type ServerResponse } from 'node:http'
import { listen } from '../../infra/connections/listen.ts'

/** An HTTP server whose answers a test sets by path. Every other path is 404. */
export async function keyServer() {
  const answers = new Map<string, unknown>()
  const asked: string[] = []
  const server = createServer(({ url = '' }, response: ServerResponse) => {
    asked.push(url)
    const answer = answers.get(url)
    response.statusCode = answer === undefined ? 404 : 200
    response.end(JSON.stringify(answer ?? {}))
  })
  const { port, close } = await listen(server)
  return { url: `http://localhost:${port}`, answers, asked, close }
}
